#include "router/sender.h"

#include <string>
#include <utility>

#include "router/log.h"
#include "wamp/error_uris.h"

namespace router {

transport::BufferRef Sender::encode(const wamp::Message& message, RoutedPayload&& payload) {
  return worker_.encoder().encode(format_, framing(), message, std::move(payload));
}

void Sender::send(const wamp::Message& message, RoutedPayload&& payload) {
  transport::BufferRef frame = encode(message, std::move(payload));
  if (takes(frame)) return send(message, std::move(frame));
  log::warning("closing " + connection_.peer_address() + ": it takes no message as long as " +
               std::string(wamp::name(wamp::type_of(message))));
  connection_.close(transport::close_code::message_too_big, wamp::error_uri::payload_size_exceeded);
}

void Sender::send(const wamp::Message& message, transport::BufferRef frame) {
  worker_.counters().sent.add(message);
  record_.count_sent(frame->size());
  if (const auto* error = std::get_if<wamp::Error>(&message))
    worker_.counters().errors_sent.add(error->error);
  connection_.send(std::move(frame));
}

void Sender::count_event(size_t bytes) {
  worker_.counters().sent.add<wamp::Event>();
  record_.count_sent(bytes);
}

}  // namespace router
