#include "serializers/serializer.h"

#include <algorithm>

#include "serializers/cbor/cbor_reader.h"
#include "serializers/cbor/cbor_writer.h"
#include "serializers/format_row.h"
#include "serializers/json/json_reader.h"
#include "serializers/json/json_writer.h"
#include "serializers/msgpack/msgpack_reader.h"
#include "serializers/msgpack/msgpack_writer.h"
#include "serializers/values/value_builder.h"

namespace serializers {
namespace {

// By Format.
constexpr FormatRow rows[] = {
    row_of<JsonReader, JsonWriter, ShortJsonWriter>({"json", "wamp.2.json", "wamp.2.json.batched", 1, true}),
    row_of<MsgpackReader, MsgpackWriter, ShortMsgpackWriter>(
        {"msgpack", "wamp.2.msgpack", "wamp.2.msgpack.batched", 2, false}),
    row_of<CborReader, CborWriter, ShortCborWriter>({"cbor", "wamp.2.cbor", "wamp.2.cbor.batched", 3, false}),
};
static_assert(std::size(rows) == format_count);

const FormatRow& row(Format format) {
  return rows[static_cast<size_t>(format)];
}

wamp::Payload payload_of(const wamp::Message& message) {
  return std::visit(
      []<class M>(const M& m) {
        if constexpr (wamp::HasPayload<M>)
          return m.payload;
        else
          return wamp::Payload();
      },
      message);
}

}  // namespace

const FormatNames& names(Format format) {
  return row(format).names;
}

wamp::Result<void> decode(Format format, std::string_view bytes, Scratch& scratch, const Limits& limits,
                          MessageTaker take) {
  return row(format).decode(bytes, scratch, limits, take);
}

wamp::Result<wamp::Message> decode(Format format, std::string_view bytes, Scratch& scratch,
                                   const Limits& limits) {
  std::optional<wamp::Message> taken;
  auto keep = [&taken](auto& message) { taken.emplace(std::move(message)); };
  const auto decoded = decode(format, bytes, scratch, limits, MessageTaker(keep));
  if (!decoded) return decoded.error();
  return std::move(*taken);
}

std::optional<MessageStart> decode_start(Format format, std::string_view message, Scratch& scratch) {
  // As far as options usually may go.
  constexpr size_t most_looked_through = 256 * 1024;
  return row(format).decode_start(message.substr(0, most_looked_through), scratch);
}

Envelope detail::encode_envelope(Format format, size_t index, const void* message, uint8_t payload_count,
                                 EnvelopeSpace& space) {
  return row(format).encode_envelope[index](message, payload_count, space);
}

Envelope encode_envelope(Format format, const wamp::Message& message, uint8_t payload_count,
                         EnvelopeSpace& space) {
  return std::visit([&](const auto& one) { return encode_envelope(format, one, payload_count, space); },
                    message);
}

std::string_view encode_envelope(Format format, const wamp::Message& message, uint8_t payload_count,
                                 std::string& out) {
  EnvelopeSpace space;
  const Envelope envelope = encode_envelope(format, message, payload_count, space);
  out.append(envelope.head);
  return envelope.tail;
}

std::string encode(Format format, const wamp::Message& message) {
  std::string out;
  const wamp::Payload payload = payload_of(message);
  const std::string_view end = encode_envelope(format, message, payload.count, out);
  return out.append(payload.bytes).append(end);
}

uint8_t encode_arguments(Format format, const Arguments& arguments, std::string& out) {
  const uint8_t count = !arguments.kwargs.empty() ? 2 : !arguments.args.empty() ? 1 : 0;
  row(format).write_arguments(arguments, count, out);
  return count;
}

Arguments decode_arguments(Format format, wamp::Payload payload) {
  return *decode_arguments(format, payload, ValueLimits());
}

wamp::Result<Arguments> decode_arguments(Format format, wamp::Payload payload, const ValueLimits& limits) {
  ValueBuilder builder(limits);
  if (builder.admits(payload.bytes.size())) row(format).read_values(payload, builder);
  if (!builder.excess().empty()) return wamp::ProtocolError{builder.excess(), true};
  wamp::List& values = builder.values();
  Arguments arguments;
  // An encrypted payload is no list.
  if (!values.empty() && !values[0].get<wamp::List>()) return Arguments{std::move(values), {}};
  if (payload.count > 0) arguments.args = std::move(*values[0].get<wamp::List>());
  if (payload.count > 1) arguments.kwargs = std::move(*values[1].get<wamp::Dict>());
  return arguments;
}

wamp::Result<wamp::Value> decode_json(std::string_view text) {
  // Whole messages are what is validated: as the argument of a call.
  const std::string message = "[48,1,{},\"a\",[" + std::string(text) + "]]";
  Scratch scratch;
  const auto decoded = decode(Format::json, message, scratch);
  if (!decoded) return decoded.error();
  const wamp::Payload payload = std::get<wamp::Call>(*decoded).payload;
  Arguments arguments = decode_arguments(Format::json, payload);
  if (payload.count != 1 || arguments.args.size() != 1) return wamp::ProtocolError{"expected one JSON value"};
  return std::move(arguments.args.front());
}

void transcode(Format from, Format to, wamp::Payload payload, std::string& out) {
  row(to).write_payload(payload, row(from).read_values, out);
}

}  // namespace serializers
