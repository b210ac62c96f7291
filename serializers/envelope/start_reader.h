// The beginning of a message, for message_start.h, with the reader of any format.
#pragma once

#include <optional>
#include <string_view>

#include "serializers/base/kind.h"
#include "serializers/envelope/element_reader.h"
#include "serializers/envelope/message_start.h"

namespace serializers {

template <ElementReader Reader>
void read_start_of_options(Reader& reader, MessageStart& start) {
  const bool is_null = reader.kind() == Kind::null;
  if (is_null ? !reader.skip_value() : !reader.enter_dictionary()) return;
  for (std::string_view key; !is_null && reader.next_key(key);) {
    std::optional<bool>* const attribute = key == "acknowledge" ? &start.acknowledge
                                           : key == "progress"  ? &start.progress
                                                                : nullptr;
    const char* const value = reader.position();
    if (!reader.skip_value()) return;
    if (attribute) *attribute = std::string_view(value, reader.position()) == Reader::true_value;
  }
  if (reader.failed()) return;
  start.acknowledge = start.acknowledge.value_or(false);
  start.progress = start.progress.value_or(false);
}

template <ElementReader Reader>
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
  read_start_of_options(reader, start);
  return start;
}

}  // namespace serializers
