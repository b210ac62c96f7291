#include "router/link/frame.h"

#include <cassert>
#include <limits>
#include <memory>
#include <utility>

#include "router/mail/payload_passthru.h"
#include "wamp/attributes.h"

namespace router::link {
namespace {

constexpr uint8_t version = 1;
constexpr size_t head_size = 5;  // version, kind, format, and the length of the realm's name in two bytes

uint8_t byte(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}

}  // namespace

std::string encode(FrameKind kind, std::string_view realm, const wamp::Message& message,
                   const RoutedPayload& payload) {
  const auto format = payload.count > 0 ? payload.format : serializers::Format::msgpack;
  assert(realm.size() <= UINT16_MAX);
  std::string frame;
  frame += static_cast<char>(version);
  frame += static_cast<char>(kind);
  frame += static_cast<char>(format);
  frame += static_cast<char>(realm.size() >> 8);
  frame += static_cast<char>(realm.size());
  frame += realm;
  const std::string_view tail = serializers::encode_envelope(format, message, payload.count, frame);
  frame.append(payload.bytes()).append(tail);
  return frame;
}

std::optional<Frame> decode(std::string_view bytes, serializers::Scratch& scratch) {
  if (bytes.size() < head_size || byte(bytes, 0) != version) return std::nullopt;
  const uint8_t kind = byte(bytes, 1), format = byte(bytes, 2);
  const size_t realm_size = size_t{byte(bytes, 3)} << 8 | byte(bytes, 4);
  if (kind > static_cast<uint8_t>(FrameKind::not_taken) || format >= serializers::format_count ||
      bytes.size() - head_size < realm_size)
    return std::nullopt;
  Frame frame{static_cast<FrameKind>(kind),
              bytes.substr(head_size, realm_size),
              serializers::all_formats[format],
              {}};
  auto message = serializers::decode(frame.format, bytes.substr(head_size + realm_size), scratch,
                                     {serializers::max_nesting});
  if (!message) return std::nullopt;
  frame.message = std::move(*message);
  return frame;
}

std::optional<dealer::ForwardedCall> forwarded(const wamp::Call& message) {
  wamp::Attributes details(message.options, "CALL.Options");
  dealer::ForwardedCall call;
  call.request = message.request;
  call.procedure = message.procedure;
  call.registered = details.string("registered").value_or(message.procedure);
  const auto match = wamp::match_policy(details.string("match").value_or("exact"));
  dealer::CallOptions& options = call.options;
  options.receive_progress = details.boolean("receive_progress", false);
  options.progress = details.boolean("progress", false);
  options.timeout_ms = details.integer("timeout").value_or(0);
  options.routing_key = details.integer("rkey");
  if (options.routing_key) options.run_mode = dealer::RunMode::partition;
  options.payload_passthru = payload_passthru_attributes(details, SIZE_MAX);
  call.grant.allowed = true;
  call.grant.disclose = details.boolean("disclose_me", false);
  call.grant.slow_call_ms = 0;
  const auto trustlevel = details.integer("trustlevel");
  if (trustlevel) call.grant.trustlevel = static_cast<uint32_t>(*trustlevel);
  const auto session = details.integer("caller");
  call.caller = std::make_shared<const dealer::ForwardedCaller>(dealer::ForwardedCaller{
      wamp::SessionId(session.value_or(0)), std::string(details.string("caller_authid").value_or("")),
      std::string(details.string("caller_authrole").value_or("")), details.boolean("takes_passthru", false)});
  constexpr uint64_t greatest_trustlevel = std::numeric_limits<uint32_t>::max();
  if (details.error() || !match || !session || !wamp::is_valid_id(*session) ||
      trustlevel.value_or(0) > greatest_trustlevel)
    return std::nullopt;
  call.match = *match;
  return call;
}

}  // namespace router::link
