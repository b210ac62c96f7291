#include "client/payload.h"

#include <utility>

#include "serializers/json/json_scanner.h"
#include "serializers/serializer.h"

namespace client {
namespace {

using serializers::Format;

// What the message around it leaves.
constexpr int max_depth_of_arguments = 127;

// The text without the space around it, or what is wrong with it.
wamp::Result<std::string> one_value(std::string_view text, char begin, const char* what) {
  serializers::JsonScanner scanner(text, max_depth_of_arguments);
  scanner.skip_space();
  if (!scanner.at(begin)) return wamp::ProtocolError{std::string("expected ") + what + " in JSON"};
  const char* const from = scanner.position();
  if (!scanner.skip_value()) return wamp::ProtocolError{scanner.error()};
  const std::string value(from, scanner.position());
  scanner.skip_space();
  if (!scanner.at_end())
    return wamp::ProtocolError{std::string("expected nothing behind ") + what + " in JSON"};
  return value;
}

}  // namespace

// MessagePack can say all that values can.
Payload::Payload(const wamp::List& args, const wamp::Dict& kwargs) : format_(Format::msgpack) {
  count_ = serializers::encode_arguments(format_, {args, kwargs}, bytes_);
}

wamp::Result<Payload> Payload::from_json(std::string_view args, std::string_view kwargs) {
  if (args.empty() && kwargs.empty()) return Payload();
  auto list = one_value(args.empty() ? "[]" : args, '[', "a list");
  if (!list || kwargs.empty())
    return list ? wamp::Result(encoded(Format::json, std::move(*list), 1)) : list.error();
  const auto dictionary = one_value(kwargs, '{', "an object");
  if (!dictionary) return dictionary.error();
  return encoded(Format::json, *list + "," + *dictionary, 2);
}

Payload Payload::encoded(Format format, std::string bytes, uint8_t count) {
  Payload payload;
  payload.format_ = format;
  payload.bytes_ = std::move(bytes);
  payload.count_ = count;
  return payload;
}

wamp::List Payload::args() const {
  return serializers::decode_arguments(format_, {bytes_, count_}).args;
}

wamp::Dict Payload::kwargs() const {
  return serializers::decode_arguments(format_, {bytes_, count_}).kwargs;
}

Payload::Json Payload::to_json() const {
  Json json{"[]", "{}"};
  if (count_ == 0) return json;
  json.args.clear();
  // Only the first of them.
  serializers::transcode(format_, Format::json, {bytes_, 1}, json.args);
  if (count_ == 1) return json;
  std::string both;
  serializers::transcode(format_, Format::json, {bytes_, 2}, both);
  json.kwargs = both.substr(json.args.size() + 1);  // behind the comma
  return json;
}

void Payload::append_as(Format format, std::string& out) const {
  if (format == format_)
    out += bytes_;
  else
    serializers::transcode(format_, format, {bytes_, count_}, out);
}

}  // namespace client
