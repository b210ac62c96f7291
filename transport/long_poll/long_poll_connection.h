// A Connection without a socket of its own (advanced profile, "HTTP Longpoll Transport"): what the client
// sends comes in requests, and what it is sent waits until it asks.
//
// Lives on its loop's thread; owned by whoever knows its address (a map of transport ids), and held by work
// that is posted to the loop. A receive that waits is answered with nothing after ping_interval_ms; a client
// that asks for nothing for ping_timeout_ms is gone.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "transport/connection/connection.h"
#include "transport/connection/connection_options.h"
#include "transport/connection/listener_counts.h"
#include "transport/connection/service.h"
#include "transport/loop/loop.h"

namespace transport {

class LongPollConnection final : public Connection,
                                 private HttpWaiter,
                                 public std::enable_shared_from_this<LongPollConnection> {
 public:
  // `framing` is one that batches, or bare; `content_type` is that of the messages; `opening` is the request
  // that asked for it; `place` is held to the end.
  LongPollConnection(Loop& loop, Framing framing, std::string content_type, const ConnectionLimits& limits,
                     const HttpRequest& opening, ListenerCounts::Place place,
                     std::unique_ptr<Receiver> receiver);
  // Calls on_open. Once, first.
  void start();

  // The client's requests.
  Service::Answer on_receive(HttpExchange& exchange);
  Service::Answer on_send(std::span<const char> body, HttpExchange& exchange);
  HttpResponse on_close();

  // How long a body on_send() may be given.
  size_t max_send_size() const {
    return known_ ? limits_.max_message_size
                  : std::min(limits_.max_message_size, limits_.max_bytes_of_unknown);
  }

  // Once a second or so.
  void sweep(Loop::Clock::time_point now);
  // There is nothing more to be fetched, the receiver has been told, and no request waits for an answer.
  bool ended() const { return state_ == State::closed && !receiver_ && held_.empty() && !waiting_; }

  Framing framing() const override { return framing_; }
  const std::string& peer_address() const override { return peer_address_; }
  const ClientCertificate* client_certificate() const override { return client_certificate_.get(); }
  void send(BufferRef frame) override;
  size_t queued_bytes() const override { return queued_bytes_; }
  int64_t taken_bytes() override { return fetched_bytes_; }
  size_t queued_memory() const override { return queued_memory_; }
  size_t share() const override {
    return account()->total() - (receiver_ ? std::min(account()->total(), receiver_->shared_bytes()) : 0);
  }
  void give_way(size_t held) override;
  void set_known(bool known) override { known_ = known; }
  void close(uint16_t code, std::string_view reason) override;
  void drop(std::string why) override;
  void probe() override;
  void limit_rate(const Rate& rate) override;

 private:
  enum class State : uint8_t {
    open,
    closing,  // what is queued may still be fetched
    closed,
  };
  // A send of which not all is received: it came while reading was paused, or has much.
  struct Held {
    std::string body;
    HttpExchange* exchange;  // null: answered, or gone
    size_t received = 0;     // bytes of the body
    Charge charge = {};
  };

  void on_resumed() override;
  void on_gone(HttpExchange& exchange) override;
  void heard();
  void later(void (LongPollConnection::*work)());
  void flush();
  HttpResponse take();
  HttpResponse deliver(Held held);
  HttpResponse receive(Held& held);
  void keep(Held& held, std::span<const char> rest);
  void deliver_held();
  void slow_down_if_over();
  void end(CloseReason reason, State state);
  void answer_held();
  void tell_end();
  void count_output() { account()->set(Holding::output, queued_memory_); }
  void charge(Held& held) const;

  Loop& loop_;
  const ListenerCounts::Place place_;
  const Framing framing_;
  const std::string content_type_;
  const ConnectionLimits limits_;
  const std::string peer_address_;
  const std::shared_ptr<const ClientCertificate> client_certificate_;
  std::optional<CloseReason> reason_;
  State state_ = State::open;
  std::deque<BufferRef> queue_;
  size_t queued_bytes_ = 0;
  int64_t fetched_bytes_ = 0;
  size_t queued_memory_ = 0;
  std::deque<Held> held_;
  bool has_had_its_turn_ = false;
  std::optional<RateMeter> meter_;   // none: no limit
  HttpExchange* waiting_ = nullptr;  // the receive
  HttpExchange* sending_ = nullptr;  // of the held send that is delivered
  Loop::Clock::time_point waiting_since_;
  Loop::Clock::time_point heard_at_;
  bool probed_ = false;
  bool known_ = false;
  std::unique_ptr<Receiver> receiver_;  // ends before what it may still use of this
};

}  // namespace transport
