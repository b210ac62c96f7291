#include "router/session/sender.h"

#include <string>
#include <utility>

#include "router/base/log.h"
#include "wamp/error_uris.h"

namespace router {

size_t Sender::much_of(const config::TransportLimits& limits) {
  const uint64_t all = limits.max_queued_bytes + limits.reply_reserve_bytes;
  const uint64_t beside_a_message = all - std::min(all, limits.max_message_size);
  return std::max(low_water_of(limits.max_queued_bytes),
                  std::min(limits.max_queued_bytes / 2, beside_a_message));
}

void Sender::send(const wamp::Message& message, RoutedPayload&& payload) {
  transport::BufferRef frame = encode(message, std::move(payload));
  if (takes(frame)) return send(message, std::move(frame));
  log::warning("closing " + connection_.peer_address() + ": it takes no message as long as " +
               std::string(wamp::name(wamp::type_of(message))));
  connection_.close(transport::close_code::message_too_big, wamp::error_uri::payload_size_exceeded);
}

void Sender::count(const wamp::Message& message, size_t bytes) {
  std::visit([this, bytes](const auto& one) { count(one, bytes); }, message);
}

void Sender::count_event(size_t bytes) {
  worker_.counters().sent.add<wamp::Event>();
  record_.count_sent(bytes);
}

}  // namespace router
