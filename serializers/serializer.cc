#include "serializers/serializer.h"

#include "serializers/cbor_reader.h"
#include "serializers/cbor_values.h"
#include "serializers/cbor_writer.h"
#include "serializers/json_reader.h"
#include "serializers/json_values.h"
#include "serializers/json_writer.h"
#include "serializers/lone_surrogates.h"
#include "serializers/message_codec.h"
#include "serializers/msgpack_reader.h"
#include "serializers/msgpack_values.h"
#include "serializers/msgpack_writer.h"
#include "serializers/short_writers.h"
#include "serializers/value_builder.h"

namespace serializers {
namespace {

template <class F>
auto with_writer(Format format, std::string& out, const F& use) {
  const auto with = [&]<class Writer>() {
    Writer writer(out);
    return use(writer);
  };
  if (format == Format::json) return with.template operator()<JsonWriter>();
  if (format == Format::msgpack) return with.template operator()<MsgpackWriter>();
  return with.template operator()<CborWriter>();
}

void read(Format format, wamp::Payload payload, ValueSink& sink) {
  if (format == Format::json)
    read_json(payload, sink);
  else if (format == Format::msgpack)
    read_msgpack(payload, sink);
  else
    read_cbor(payload, sink);
}

template <class M>
Envelope encode_short_envelope(Format format, const M& message, uint8_t payload_count, EnvelopeSpace& space) {
  const auto with = [&]<class Writer>() -> Envelope {
    Writer writer(space.short_text);
    const std::string_view tail = write_short_envelope(message, payload_count, writer);
    return {{space.short_text, writer.end()}, tail};
  };
  static_assert(sizeof space.short_text >= max_short_envelope);
  if (format == Format::json) return with.template operator()<ShortJsonWriter>();
  if (format == Format::msgpack) return with.template operator()<ShortMsgpackWriter>();
  return with.template operator()<ShortCborWriter>();
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

wamp::Result<void> decode(Format format, std::string_view bytes, Scratch& scratch, const Limits& limits,
                          MessageTaker take) {
  if (!scratch.strings.empty()) scratch.strings.clear();
  const ValueLimits& values = limits.values;
  if (format == Format::msgpack)
    return MessageDecoder(MsgpackReader(bytes, limits), scratch, take, values).decode();
  if (format == Format::cbor)
    return MessageDecoder(CborReader(bytes, scratch, limits), scratch, take, values).decode();
  const auto decode_json = [&](std::string_view text) {
    return MessageDecoder(JsonReader(text, scratch, limits), scratch, take, values).decode();
  };
  auto decoded = decode_json(bytes);
  if (decoded || decoded.error().is_refusable) return decoded;
  // Only what is no JSON without that is looked through for them.
  auto replaced = without_lone_surrogates(bytes);
  return replaced ? decode_json(scratch.strings.emplace_back(*std::move(replaced))) : decoded;
}

wamp::Result<wamp::Message> decode(Format format, std::string_view bytes, Scratch& scratch,
                                   const Limits& limits) {
  std::optional<wamp::Message> taken;
  auto keep = [&taken](auto& message) { taken.emplace(std::move(message)); };
  const auto decoded = decode(format, bytes, scratch, limits, MessageTaker(keep));
  if (!decoded) return decoded.error();
  return std::move(*taken);
}

std::string_view encode_envelope(Format format, const wamp::Message& message, uint8_t payload_count,
                                 std::string& out) {
  return std::visit(
      [&](const auto& m) {
        return with_writer(format, out,
                           [&](auto& writer) { return write_envelope(m, payload_count, writer); });
      },
      message);
}

Envelope encode_envelope(Format format, const wamp::Message& message, uint8_t payload_count,
                         EnvelopeSpace& space) {
  return std::visit(
      [&]<class M>(const M& m) -> Envelope {
        if constexpr (may_be_short<M>)
          if (is_short(m)) return encode_short_envelope(format, m, payload_count, space);
        space.long_text.clear();
        const std::string_view tail = with_writer(
            format, space.long_text, [&](auto& writer) { return write_envelope(m, payload_count, writer); });
        return {space.long_text, tail};
      },
      message);
}

std::string encode(Format format, const wamp::Message& message) {
  std::string out;
  const wamp::Payload payload = payload_of(message);
  const std::string_view end = encode_envelope(format, message, payload.count, out);
  return out.append(payload.bytes).append(end);
}

uint8_t encode_arguments(Format format, const Arguments& arguments, std::string& out) {
  const uint8_t count = !arguments.kwargs.empty() ? 2 : !arguments.args.empty() ? 1 : 0;
  with_writer(format, out, [&](auto& writer) {
    if (count > 0) send(arguments.args, writer);
    if (count > 1) send(arguments.kwargs, writer);
  });
  return count;
}

Arguments decode_arguments(Format format, wamp::Payload payload) {
  return *decode_arguments(format, payload, ValueLimits());
}

wamp::Result<Arguments> decode_arguments(Format format, wamp::Payload payload, const ValueLimits& limits) {
  ValueBuilder builder(limits);
  if (builder.admits(payload.bytes.size())) read(format, payload, builder);
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
  with_writer(to, out, [&](auto& writer) { read(from, payload, writer); });
}

}  // namespace serializers
