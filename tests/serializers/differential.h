// Our scanners and codecs against RapidJSON and msgpack-c, and against themselves. Each check returns what is
// wrong with the answer to these bytes, "" if nothing is. Used by the tests with mutated messages and by the
// fuzz targets.
#pragma once

#include <string>
#include <string_view>

#include <msgpack.hpp>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "serializers/json_scanner.h"
#include "serializers/msgpack_scanner.h"
#include "serializers/serializer.h"
#include "serializers/utf8.h"

namespace serializers {

inline bool rapidjson_accepts(std::string_view text) {
  constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  rapidjson::BaseReaderHandler<> ignore;
  return reader.Parse<flags>(stream, ignore) && stream.Tell() == text.size();
}

inline bool we_accept_json(JsonScanner& scanner) {
  scanner.skip_space();
  if (!scanner.skip_value()) return false;
  scanner.skip_space();
  return scanner.at_end();
}

inline std::string differs_from_rapidjson(std::string_view text) {
  JsonScanner scanner(text, max_nesting);
  const bool ours = we_accept_json(scanner);
  if (ours == rapidjson_accepts(text)) return "";
  if (ours) return "only we accept this JSON";
  // Where we are stricter (json_scanner.h).
  for (const char* reason : {"lone surrogate", "number out of range", "nested too deeply"})
    if (scanner.error().find(reason) != std::string::npos) return "";
  return "only RapidJSON accepts this JSON: " + scanner.error();
}

// msgpack-c leaves it to its user whether a string is UTF-8.
struct Utf8Visitor : msgpack::null_visitor {
  bool visit_str(const char* text, uint32_t size) { return is_utf8({text, size}); }
};

inline std::string differs_from_msgpack_c(std::string_view bytes) {
  MsgpackScanner scanner(bytes, max_nesting);
  const bool ours = scanner.skip_value();
  Utf8Visitor visitor;
  size_t size = 0;
  const bool theirs = msgpack::parse(bytes.data(), bytes.size(), size, visitor);
  if (ours != theirs) {
    if (scanner.error().find("nested too deeply") != std::string::npos) return "";
    return ours ? "only we accept this MessagePack"
                : "only msgpack-c accepts this MessagePack: " + scanner.error();
  }
  if (ours && size != static_cast<size_t>(scanner.position() - bytes.data()))
    return "another length of the value";
  return "";
}

inline wamp::Payload payload_of(const wamp::Message& message) {
  return std::visit(
      []<class M>(const M& m) {
        if constexpr (wamp::HasPayload<M>)
          return m.payload;
        else
          return wamp::Payload();
      },
      message);
}

inline std::string transcoded(Format from, Format to, wamp::Payload payload) {
  std::string out;
  transcode(from, to, payload, out);
  return out;
}

// Bytes of a payload that a decoder must accept.
inline bool is_payload(Format format, wamp::Payload payload, const Limits& limits) {
  wamp::Call call;
  call.request = wamp::RequestId(1);
  call.options = {{"enc_algo", "so that the payload may be opaque"}};
  call.procedure = "a";
  call.payload = payload;
  Scratch scratch;
  return bool(decode(format, encode(format, call), scratch, limits));
}

// If these bytes are a message: it is the same after encoding and decoding it, its payload is valid in the
// other format too, and what transcoding there and back makes of it is transcoded without a change from then
// on.
inline std::string breaks_codec(Format format, std::string_view bytes) {
  const Limits limits;
  Scratch scratch;
  const auto message = decode(format, bytes, scratch, limits);
  if (!message) return message.error().message.empty() ? "an error without a message" : "";
  const std::string encoded = encode(format, *message);
  Scratch second_scratch;
  const auto second = decode(format, encoded, second_scratch, limits);
  if (!second) return "what we encoded is refused: " + second.error().message;
  if (encode(format, *second) != encoded) return "decoding what was encoded gives another message";

  const wamp::Payload payload = payload_of(*message);
  if (payload.count == 0) return "";
  const Format other = format == Format::json ? Format::msgpack : Format::json;
  const std::string there = transcoded(format, other, payload);
  if (!is_payload(other, {there, payload.count}, limits)) return "what we transcoded is refused";
  const std::string back = transcoded(other, format, {there, payload.count});
  if (!is_payload(format, {back, payload.count}, limits)) return "what we transcoded back is refused";
  const std::string there_again = transcoded(format, other, {back, payload.count});
  const std::string back_again = transcoded(other, format, {there_again, payload.count});
  if (transcoded(format, other, {back_again, payload.count}) != there_again)
    return "transcoding is not stable";
  const Arguments arguments = decode_arguments(format, payload);
  std::string ours;
  encode_arguments(format, arguments, ours);
  return "";
}

}  // namespace serializers
