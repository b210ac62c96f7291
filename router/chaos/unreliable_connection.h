// A connection on which something goes wrong now and then, as the session on it sees it: it stands between
// the session and its real connection, of which it is a part of the receiver.
//
// On the connection's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "router/chaos/fate.h"
#include "transport/connection/connection.h"
#include "transport/memory/account.h"

namespace router::chaos {

class UnreliableConnection final : public transport::Connection {
 public:
  class Host {
   public:
    // What the next message to the client meets.
    virtual std::optional<Mishap> mishap_of_next() = 0;
    // The connection is dead from now on: nobody is to sit on it. Within a call of the session's.
    virtual void on_dead() = 0;
    // Once, after that time; never if the host has gone before.
    virtual void later(std::chrono::milliseconds delay, std::function<void()> work) = 0;

   protected:
    ~Host() = default;
  };
  // Both outlive it.
  UnreliableConnection(transport::Connection& real, Host& host);

  // Fault::drop and Fault::half_open.
  void suffer(Fault fault);
  // Neither of them has come, and the session has not closed it.
  bool is_open() const { return is_open_; }
  // Nothing more is read or sent, and it is still there.
  bool is_dead() const { return is_dead_; }

  transport::Framing framing() const override { return real_.framing(); }
  size_t max_frame_size() const override { return real_.max_frame_size(); }
  const std::string& peer_address() const override { return real_.peer_address(); }
  std::string channel_binding(transport::ChannelBinding type) const override {
    return real_.channel_binding(type);
  }
  const transport::ClientCertificate* client_certificate() const override {
    return real_.client_certificate();
  }
  // In order: what comes behind a message that is held back waits for it.
  void send(transport::BufferRef frame) override;
  transport::BufferRef take_buffer_of(std::string_view part) override { return real_.take_buffer_of(part); }
  // With what is held back.
  size_t queued_bytes() const override { return real_.queued_bytes() + charge_.bytes(); }
  int64_t taken_bytes() override { return real_.taken_bytes(); }
  size_t queued_memory() const override { return real_.queued_memory() + charge_.bytes(); }
  size_t share() const override { return real_.share(); }
  void give_way(size_t held) override { real_.give_way(held); }
  void on_out_of_memory() override { real_.on_out_of_memory(); }
  void set_known(bool known) override { real_.set_known(known); }
  // What is held back goes out at once.
  void close(uint16_t code, std::string_view reason) override;
  void drop(std::string why) override;
  void probe() override;
  void ping(std::string_view payload) override;
  void limit_rate(const transport::Rate& rate) override { real_.limit_rate(rate); }

 private:
  struct Held {
    transport::BufferRef frame;
    uint64_t number;  // each one more than that of the one before it
    bool waits;       // its time has not come
  };

  void on_paused() override;
  void on_resumed() override;
  void hold(transport::BufferRef frame, std::optional<std::chrono::milliseconds> delay);
  void release(uint64_t number);
  void send_released();
  void end_all_holding();

  transport::Connection& real_;
  Host& host_;
  std::deque<Held> held_;
  transport::Charge charge_;  // for these
  uint64_t held_count_ = 0;   // until now
  bool is_open_ = true;
  bool is_dead_ = false;
};

}  // namespace router::chaos
