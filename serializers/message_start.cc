#include "serializers/message_start.h"

#include "serializers/cbor_reader.h"
#include "serializers/json_reader.h"
#include "serializers/lone_surrogates.h"
#include "serializers/msgpack_reader.h"

namespace serializers {
namespace {

// As far as options usually may go.
constexpr size_t most_looked_through = 256 * 1024;

template <class Reader>
void read_options(Reader& reader, MessageStart& start) {
  const bool is_null = reader.kind() == Kind::null;
  if (is_null ? !reader.skip() : !reader.enter_dictionary()) return;
  for (std::string_view key; !is_null && reader.next_key(key);) {
    std::optional<bool>* const attribute = key == "acknowledge" ? &start.acknowledge
                                           : key == "progress"  ? &start.progress
                                                                : nullptr;
    const char* const value = reader.position();
    if (!reader.skip()) return;
    if (attribute) *attribute = std::string_view(value, reader.position()) == Reader::true_value;
  }
  if (reader.failed()) return;
  start.acknowledge = start.acknowledge.value_or(false);
  start.progress = start.progress.value_or(false);
}

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
  read_options(reader, start);
  return start;
}

}  // namespace

std::optional<MessageStart> decode_start(Format format, std::string_view message, Scratch& scratch) {
  if (!scratch.strings.empty()) scratch.strings.clear();
  const std::string_view beginning = message.substr(0, most_looked_through);
  const Limits limits{.max_depth = max_nesting};
  if (format == Format::msgpack) return read_start(MsgpackReader(beginning, limits));
  if (format == Format::cbor) return read_start(CborReader(beginning, scratch, limits));
  const auto replaced = without_lone_surrogates(beginning);
  return read_start(JsonReader(replaced ? *replaced : beginning, scratch, limits));
}

}  // namespace serializers
