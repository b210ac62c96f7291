#include "serializers/message_start.h"

#include "serializers/cbor_reader.h"
#include "serializers/json_reader.h"
#include "serializers/msgpack_reader.h"

namespace serializers {
namespace {

template <class Reader>
std::optional<MessageStart> read_start(Reader reader) {
  const auto next_integer = [&reader](uint64_t max) -> std::optional<uint64_t> {
    uint64_t value = 0;
    if (!reader.next() || !reader.read_integer(value) || value == 0 || value > max) return std::nullopt;
    return value;
  };
  const auto next_type = [&]() -> std::optional<wamp::MessageType> {
    const auto code = next_integer(UINT8_MAX);
    return code ? std::optional(static_cast<wamp::MessageType>(*code)) : std::nullopt;
  };
  if (!reader.enter_message()) return std::nullopt;
  const auto type = next_type();
  if (!type) return std::nullopt;
  MessageStart start{.type = *type};
  if (start.type == wamp::MessageType::error) {
    start.request_type = next_type();
    if (!start.request_type) return std::nullopt;
  }
  const auto request = next_integer(wamp::max_id);
  // Digits at the end of the bytes may be the first ones only.
  if (!request || !reader.next()) return std::nullopt;
  start.request = wamp::RequestId(*request);
  wamp::Dict options;
  if (reader.kind() == Kind::dictionary && reader.read_dictionary(options))
    start.options = std::move(options);
  return start;
}

}  // namespace

std::optional<MessageStart> decode_start(Format format, std::string_view beginning, Scratch& scratch) {
  if (!scratch.strings.empty()) scratch.strings.clear();
  const Limits limits;
  if (format == Format::json) return read_start(JsonReader(beginning, scratch, limits));
  if (format == Format::msgpack) return read_start(MsgpackReader(beginning, limits));
  return read_start(CborReader(beginning, scratch, limits));
}

}  // namespace serializers
