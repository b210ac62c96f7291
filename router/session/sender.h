// What a session sends to its peer: encoded, counted, and no longer than the peer takes.
//
// Knows no realm. Part of a session, on its worker's thread, as long as there is a connection. Worker and
// connection outlive it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "router/config/config.h"
#include "router/mail/routed_payload.h"
#include "router/member/session_record.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"
#include "wamp/message.h"

namespace router {

class Sender {
 public:
  // `limits`: of the connection's transport.
  Sender(Worker& worker, transport::Connection& connection, serializers::Format format,
         const config::TransportLimits& limits)
      : worker_(worker),
        connection_(connection),
        format_(format),
        max_frame_size_(connection.max_frame_size()),
        max_queued_bytes_(limits.max_queued_bytes),
        much_(much_of(limits)) {}

  serializers::Format format() const { return format_; }
  transport::Framing framing() const { return connection_.framing(); }
  transport::Connection& connection() const { return connection_; }
  // Of the present session.
  SessionRecord& record() { return record_; }

  // Bytes that may wait for the peer, and with how many of them it has caught up.
  size_t max_queued_bytes() const { return max_queued_bytes_; }
  size_t low_water() const { return low_water_of(max_queued_bytes_); }
  // With more than this it gets no calls. One more message, as long as there may be, has room besides.
  size_t much() const { return much_; }

  // Of one of the messages, or of any.
  template <class M>
  transport::BufferRef encode(const M& message, RoutedPayload&& payload = {}) {
    return worker_.encoder().encode(format_, framing(), message, std::move(payload));
  }
  // The peer takes frames as long as this one.
  bool takes(const transport::BufferRef& frame) const { return frame->size() <= max_frame_size_; }

  // One that the session cannot go on without: if it is too long, the connection is closed.
  void send(const wamp::Message& message, RoutedPayload&& payload = {});
  // Precondition: takes(frame), which is the message's.
  template <class M>
  void send(const M& message, transport::BufferRef frame) {
    count(message, frame->size());
    connection_.send(std::move(frame));
  }
  void count_event(size_t bytes);

 private:
  void count(const wamp::Message& message, size_t bytes);
  template <class M>
  void count(const M& message, size_t bytes) {
    worker_.counters().sent.add<M>();
    record_.count_sent(bytes);
    if constexpr (std::is_same_v<M, wamp::Error>) worker_.counters().errors_sent.add(message.error);
  }
  static size_t low_water_of(size_t max_queued_bytes) {
    constexpr size_t usual = 256 * 1024;
    return std::min(usual, max_queued_bytes / 4);
  }
  static size_t much_of(const config::TransportLimits& limits);

  Worker& worker_;
  transport::Connection& connection_;
  const serializers::Format format_;
  const size_t max_frame_size_;
  const size_t max_queued_bytes_, much_;
  SessionRecord record_;
};

}  // namespace router
