// All that depends on the serializer: a row of the table in serializer.cc, made of the format's own classes.
// There is no other place that asks which format it is.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "serializers/envelope/message_codec.h"
#include "serializers/envelope/start_reader.h"
#include "serializers/serializer.h"
#include "serializers/short_writers.h"

namespace serializers {

// See element_reader.h.
using ReadValues = bool (*)(wamp::Payload payload, ValueSink& sink);

using EncodeEnvelope = Envelope (*)(const void* message, uint8_t payload_count, EnvelopeSpace& space);

struct FormatRow {
  FormatNames names;
  // As the functions of the same names in serializer.h and message_start.h.
  wamp::Result<void> (*decode)(std::string_view bytes, Scratch& scratch, const Limits& limits,
                               MessageTaker take);
  std::optional<MessageStart> (*decode_start)(std::string_view beginning, Scratch& scratch);
  // By the index of the message.
  std::array<EncodeEnvelope, std::variant_size_v<wamp::Message>> encode_envelope;
  // Append a payload: `count` elements of the arguments, or what another format's reader sends.
  void (*write_arguments)(const Arguments& arguments, uint8_t count, std::string& out);
  void (*write_payload)(wamp::Payload payload, ReadValues read, std::string& out);
  ReadValues read_values;
};

// What of a message is not well-formed, and means something all the same, may be mended by its reader.
template <ElementReader Reader>
constexpr bool mends = requires(std::string_view bytes) {
  Reader::mended(bytes);
};

template <ElementReader Reader>
wamp::Result<void> decode_with(std::string_view bytes, Scratch& scratch, const Limits& limits,
                               MessageTaker take) {
  if (!scratch.strings.empty()) scratch.strings.clear();
  const auto decode_text = [&](std::string_view text) {
    return MessageDecoder(Reader(text, scratch, limits), scratch, take, limits.values).decode();
  };
  if constexpr (mends<Reader>) {
    auto decoded = decode_text(bytes);
    if (decoded || decoded.error().is_refusable) return decoded;
    // Only what is not valid is looked through for that.
    auto text = Reader::mended(bytes);
    return text ? decode_text(scratch.strings.emplace_back(*std::move(text))) : decoded;
  } else {
    return decode_text(bytes);
  }
}

template <ElementReader Reader>
std::optional<MessageStart> decode_start_with(std::string_view beginning, Scratch& scratch) {
  if (!scratch.strings.empty()) scratch.strings.clear();
  const Limits limits{.max_depth = max_nesting};
  if constexpr (mends<Reader>)
    if (const auto text = Reader::mended(beginning)) return read_start(Reader(*text, scratch, limits));
  return read_start(Reader(beginning, scratch, limits));
}

template <class Writer, class ShortWriter, class M>
Envelope encode_envelope_of(const void* message, uint8_t payload_count, EnvelopeSpace& space) {
  static_assert(sizeof space.short_text >= max_short_envelope);
  const M& m = *static_cast<const M*>(message);
  if constexpr (may_be_short<M>) {
    if (is_short(m)) {
      ShortWriter writer(space.short_text);
      const std::string_view tail = write_envelope(m, payload_count, writer);
      return {{space.short_text, writer.end()}, tail};
    }
  }
  space.long_text.clear();
  Writer writer(space.long_text);
  const std::string_view tail = write_envelope(m, payload_count, writer);
  return {space.long_text, tail};
}

template <class Writer, class ShortWriter, size_t... I>
constexpr auto encoders_with(std::index_sequence<I...>) {
  return std::array{encode_envelope_of<Writer, ShortWriter, std::variant_alternative_t<I, wamp::Message>>...};
}

template <class Writer>
void write_arguments_with(const Arguments& arguments, uint8_t count, std::string& out) {
  Writer writer(out);
  if (count > 0) send(arguments.args, writer);
  if (count > 1) send(arguments.kwargs, writer);
}

template <class Writer>
void write_payload_with(wamp::Payload payload, ReadValues read, std::string& out) {
  Writer writer(out);
  read(payload, writer);
}

template <ElementReader Reader, class Writer, class ShortWriter>
constexpr FormatRow row_of(const FormatNames& names) {
  return {names,
          decode_with<Reader>,
          decode_start_with<Reader>,
          encoders_with<Writer, ShortWriter>(std::make_index_sequence<std::variant_size_v<wamp::Message>>()),
          write_arguments_with<Writer>,
          write_payload_with<Writer>,
          Reader::read_values};
}

}  // namespace serializers
