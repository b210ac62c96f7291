// Our scanners and codecs against RapidJSON, msgpack-c and libcbor, and against themselves. Each check
// returns what is wrong with the answer to these bytes, "" if nothing is. Used by the tests with mutated
// messages and by the fuzz targets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <cbor/streaming.h>
#include <msgpack.hpp>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "serializers/cbor/cbor_scanner.h"
#include "serializers/json/json_scanner.h"
#include "serializers/msgpack/msgpack_scanner.h"
#include "serializers/serializer.h"
#include "tests/serializers/library_readers.h"
#include "text/utf8.h"

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

// A value is given up only behind the bound; below it the bound makes no difference.
template <class Scanner>
std::string breaks_bound(std::string_view bytes) {
  Scanner whole(bytes, max_nesting);
  const bool is_valid = whole.skip_value();
  for (const size_t most : {size_t{0}, size_t{5}, bytes.size() / 2, bytes.size()}) {
    Scanner bounded(bytes, max_nesting);
    const bool is_skipped = bounded.skip_value(most);
    if (!is_skipped && !bounded.failed()) {
      if (static_cast<size_t>(whole.position() - bytes.data()) <= most) return "given up before the bound";
    } else if (is_skipped != is_valid || bounded.position() != whole.position() ||
               bounded.error() != whole.error()) {
      return "another value with a bound";
    }
  }
  return "";
}

inline std::string differs_from_rapidjson(std::string_view text) {
  if (const std::string problem = breaks_bound<JsonScanner>(text); !problem.empty()) return problem;
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
  bool visit_str(const char* text, uint32_t size) { return text::is_utf8({text, size}); }
};

inline std::string differs_from_msgpack_c(std::string_view bytes) {
  if (const std::string problem = breaks_bound<MsgpackScanner>(bytes); !problem.empty()) return problem;
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

// One data item after the other, as RFC 8949's appendix C reads them; libcbor tells of heads and strings.
class LibcborReader {
 public:
  explicit LibcborReader(std::string_view bytes)
      : at_(reinterpret_cast<cbor_data>(bytes.data())), end_(at_ + bytes.size()) {}

  const char* position() const { return reinterpret_cast<const char*>(at_); }

  bool skip_value(int depth = 0) {
    if (depth > 2 * max_nesting || !next()) return false;
    const Head head = head_;
    switch (head.type) {
      case Head::scalar:
        return text::is_utf8(head.text);
      case Head::tag:
        return skip_value(depth + 1);
      case Head::container:
        for (uint64_t i = 0; i < head.size; ++i)
          if (!skip_value(depth + 1)) return false;
        return true;
      case Head::list:
        while (!at_break())
          if (!skip_value(depth + 1)) return false;
        return next();
      case Head::dictionary:
        while (!at_break())
          if (!skip_value(depth + 1) || !skip_value(depth + 1)) return false;
        return next();
      case Head::chunks:
        while (!at_break())
          if (!next() || head_.type != Head::scalar || head_.chunk != head.chunk ||
              !text::is_utf8(head_.text))
            return false;
        return next();
      case Head::end:
        return false;
    }
    return false;
  }

 private:
  struct Head {
    enum Type { scalar, tag, container, list, dictionary, chunks, end } type = scalar;
    enum Chunk { none, binary, text_chunk } chunk = none;
    uint64_t size = 0;
    std::string_view text = {};
  };

  bool at_break() const { return at_ != end_ && *at_ == 0xFF; }

  bool next() {
    static const cbor_callbacks callbacks = make_callbacks();
    head_ = {};
    const size_t tag_size = size_of_tag_head();
    if (tag_size > 0) {
      head_.type = Head::tag;
      if (tag_size > static_cast<size_t>(end_ - at_)) return false;
      at_ += tag_size;
      return true;
    }
    const auto result = cbor_stream_decode(at_, static_cast<size_t>(end_ - at_), &callbacks, this);
    if (result.status != CBOR_DECODER_FINISHED) return false;
    at_ += result.read;
    return true;
  }

  // libcbor 0.8 refuses the tags 6 to 20.
  size_t size_of_tag_head() const {
    if (at_ == end_ || *at_ < 0xC0 || *at_ > 0xDB) return 0;
    return *at_ < 0xD8 ? 1 : 1 + (size_t{1} << (*at_ - 0xD8));
  }

  static Head& head_of(void* self) { return static_cast<LibcborReader*>(self)->head_; }
  static cbor_callbacks make_callbacks() {
    cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.array_start = [](void* self, size_t size) {
      head_of(self) = {Head::container, Head::none, size};
    };
    callbacks.map_start = [](void* self, size_t size) {
      // More than there can be bytes, without overflow.
      head_of(self) = {Head::container, Head::none, size > SIZE_MAX / 2 ? SIZE_MAX : 2 * size};
    };
    callbacks.indef_array_start = [](void* self) { head_of(self) = {Head::list}; };
    callbacks.indef_map_start = [](void* self) { head_of(self) = {Head::dictionary}; };
    callbacks.string_start = [](void* self) { head_of(self) = {Head::chunks, Head::text_chunk}; };
    callbacks.byte_string_start = [](void* self) { head_of(self) = {Head::chunks, Head::binary}; };
    callbacks.byte_string = [](void* self, cbor_data, size_t) {
      head_of(self) = {Head::scalar, Head::binary};
    };
    callbacks.string = [](void* self, cbor_data text, size_t size) {
      head_of(self) = {Head::scalar, Head::text_chunk, 0, {reinterpret_cast<const char*>(text), size}};
    };
    callbacks.indef_break = [](void* self) { head_of(self) = {Head::end}; };
    return callbacks;
  }

  cbor_data at_;
  cbor_data end_;
  Head head_;
};

inline std::string differs_from_libcbor(std::string_view bytes) {
  if (const std::string problem = breaks_bound<CborScanner>(bytes); !problem.empty()) return problem;
  CborScanner scanner(bytes, max_nesting);
  const bool ours = scanner.skip_value();
  LibcborReader reader(bytes);
  const bool theirs = reader.skip_value();
  if (ours != theirs) {
    if (scanner.error().find("nested too deeply") != std::string::npos) return "";
    return ours ? "only we accept this CBOR" : "only libcbor accepts this CBOR: " + scanner.error();
  }
  return ours && reader.position() != scanner.position() ? "another length of the value" : "";
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

// What transcoding to the other format and back makes of a payload is valid, and transcoded without a change
// from then on.
inline std::string breaks_transcoding(Format format, Format other, wamp::Payload payload,
                                      const Limits& limits) {
  const std::string there = transcoded(format, other, payload);
  if (format != Format::cbor && there != library::transcoded(format, other, payload))
    return "the library reads another payload";
  if (!is_payload(other, {there, payload.count}, limits)) return "what we transcoded is refused";
  const std::string back = transcoded(other, format, {there, payload.count});
  if (!is_payload(format, {back, payload.count}, limits)) return "what we transcoded back is refused";
  const std::string there_again = transcoded(format, other, {back, payload.count});
  const std::string back_again = transcoded(other, format, {there_again, payload.count});
  if (transcoded(format, other, {back_again, payload.count}) != there_again)
    return "transcoding is not stable";
  return "";
}

// What the beginning of a message tells is what the whole says.
template <class M>
std::string breaks_start(const std::optional<MessageStart>& start, const M& message) {
  if constexpr (requires { message.request, message.options; }) {
    const auto wants = [&message](std::string_view key) {
      const wamp::Value* const value = message.options.find(key);
      const bool* const wanted = value ? value->template get<bool>() : nullptr;
      return wanted && *wanted;
    };
    if (!start || start->type != M::type || start->request != message.request)
      return "its beginning is not that of the request";
    for (const auto& [told, key] :
         {std::pair(start->acknowledge, "acknowledge"), {start->progress, "progress"}})
      if (told && *told != wants(key)) return std::string("its beginning tells another ") + key;
  }
  return "";
}

// Whatever these bytes are, their beginning can be read. If they are a message: that tells the same, it is
// the same after encoding and decoding it, and its payload survives transcoding.
inline std::string breaks_codec(Format format, std::string_view bytes) {
  const Limits limits;
  Scratch start_scratch, scratch;
  const auto start = decode_start(format, bytes, start_scratch);
  const auto message = decode(format, bytes, scratch, limits);
  if (!message) return message.error().message.empty() ? "an error without a message" : "";
  const std::string broken = std::visit([&start](const auto& m) { return breaks_start(start, m); }, *message);
  if (!broken.empty()) return broken;
  const std::string encoded = encode(format, *message);
  Scratch second_scratch;
  const auto second = decode(format, encoded, second_scratch, limits);
  if (!second) return "what we encoded is refused: " + second.error().message;
  if (encode(format, *second) != encoded) return "decoding what was encoded gives another message";

  const wamp::Payload payload = payload_of(*message);
  if (payload.count == 0) return "";
  for (const Format other : all_formats) {
    if (other == format) continue;
    const std::string problem = breaks_transcoding(format, other, payload, limits);
    if (!problem.empty()) return problem;
  }
  const Arguments arguments = decode_arguments(format, payload);
  std::string ours;
  encode_arguments(format, arguments, ours);
  return "";
}

}  // namespace serializers
