#include "router/dealer/call_options.h"

#include "router/payload_passthru.h"
#include "wamp/attributes.h"

namespace router::dealer {
namespace {

// The specification gives rkey no type; what is no text is compared by its text.
wamp::Result<std::optional<std::string>> routing_key(const wamp::Dict& options) {
  const wamp::Value* value = options.find("rkey");
  if (!value || value->is_null()) return std::optional<std::string>();
  if (const auto* text = value->get<std::string>()) return std::optional(*text);
  if (const auto* number = value->get<int64_t>()) return std::optional(std::to_string(*number));
  if (const auto number = wamp::as_unsigned(*value)) return std::optional(std::to_string(*number));
  return wamp::ProtocolError{"CALL.Options.rkey: expected a string or an integer, got " +
                             std::string(wamp::type_name(*value))};
}

}  // namespace

wamp::Result<CallOptions> call_options(const wamp::Dict& options) {
  CallOptions read;
  if (options.empty()) return read;
  wamp::Attributes attributes(options, "CALL.Options");
  read.receive_progress = attributes.boolean("receive_progress", false);
  read.progress = attributes.boolean("progress", false);
  read.disclose_me = attributes.boolean("disclose_me", false);
  read.timeout_ms = attributes.integer("timeout").value_or(0);
  read.run_mode = attributes.string("runmode");
  read.payload_passthru = payload_passthru_attributes(attributes);
  auto key = routing_key(options);
  if (attributes.error()) return *attributes.error();
  if (!key) return key.error();
  read.routing_key = std::move(*key);
  return read;
}

}  // namespace router::dealer
