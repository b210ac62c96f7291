// A client's connection, over WebSocket or RawSocket: the handshake, then messages in and frames out. Answers
// pings.
//
// Lives on its loop, which lives longer, as does its listener. It must not be destroyed within a turn of the
// loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/framing.h"
#include "bench/load/loop.h"
#include "client/wire/inbox.h"
#include "client/wire/outbox.h"
#include "client/wire/stream.h"

namespace bench::load {

class Connection final : private Watched {
 public:
  // `now_ns` is when the bytes were read.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_open(uint64_t now_ns) = 0;
    virtual void on_message(std::string_view message, uint64_t now_ns) = 0;
    virtual void on_closed(const std::string& why, uint64_t now_ns) = 0;
  };

  // Throws std::system_error if nobody listens there.
  Connection(Loop& loop, Listener& listener, const wire::Endpoint& server, const transport::TlsClient* tls,
             const Serializer& serializer);
  ~Connection() { loop_.forget(*this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Frames appended here leave at the end of the turn.
  std::string& outgoing();

  // That the server takes, once it is open.
  size_t max_message_size() const { return max_message_size_; }

  // Asks the server to close the connection. Nothing waits to be sent.
  void leave();

  // From now on nothing is read: what comes fills the kernel's buffers, which are made small.
  void stop_reading();
  // As if the cable were cut: what comes is not even acknowledged, and nothing is read. Must not send any
  // more.
  void go_dark();

  // For the loop.
  void send_gathered();

 private:
  void on_event(uint32_t events) override;
  void read();
  void send_soon();
  size_t take_all(std::string_view bytes, uint64_t now_ns);
  size_t take_acceptance(std::string_view bytes, uint64_t now_ns);
  size_t take_frame(std::string_view bytes, uint64_t now_ns);
  void close(const std::string& why, uint64_t now_ns);

  Loop& loop_;
  Listener& listener_;
  const Framing& framing_;
  const Serializer& serializer_;
  wire::Stream stream_;
  size_t max_message_size_ = 0;
  bool open_ = false;
  bool closed_ = false;
  bool gathered_ = false;     // the loop knows that something is to be sent
  bool wants_write_ = false;  // the kernel's buffer is full: epoll tells when it is not
  wire::Inbox inbox_;
  wire::Outbox outbox_;
};

}  // namespace bench::load
