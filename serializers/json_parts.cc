#include "serializers/json_parts.h"

#include <algorithm>
#include <utility>

#include "serializers/json/json_scanner.h"
#include "serializers/json/json_writer.h"
#include "serializers/json/unescape_json.h"

namespace serializers {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

wamp::ProtocolError error_at(const JsonScanner& scanner) {
  return wamp::ProtocolError{scanner.error()};
}

// Behind the opening brace.
wamp::Result<std::vector<JsonMember>> read_members(JsonScanner& scanner, size_t most) {
  std::vector<JsonMember> members;
  scanner.skip_space();
  if (scanner.at('}')) return scanner.advance(), members;
  for (size_t count = 1;; ++count) {
    const char* const key_begin = scanner.position();
    if (!scanner.at('"') || !scanner.skip_string()) return error_at(scanner);
    std::string key = unescape_json(between(key_begin, scanner.position()));
    scanner.skip_space();
    if (!scanner.at(':')) return error_at(scanner);
    scanner.advance();
    scanner.skip_space();
    const char* const begin = scanner.position();
    if (!scanner.skip_value()) return error_at(scanner);
    if (count > most)
      return wamp::ProtocolError{"an object with more than " + std::to_string(most) + " members"};
    std::erase_if(members, [&key](const JsonMember& member) { return member.key == key; });
    members.push_back({std::move(key), between(begin, scanner.position())});
    scanner.skip_space();
    if (scanner.at('}')) return scanner.advance(), members;
    if (!scanner.at(',')) return error_at(scanner);
    scanner.advance();
    scanner.skip_space();
  }
}

}  // namespace

std::string_view JsonText::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [key](const JsonMember& member) { return member.key == key; });
  return found == members.end() ? std::string_view() : found->value;
}

wamp::Result<JsonText> read_json_parts(std::string_view text, size_t max_members, int max_depth) {
  JsonScanner scanner(text, max_depth);
  scanner.skip_space();
  JsonText read;
  const char* const begin = scanner.position();
  read.is_object = scanner.at('{');
  if (read.is_object) {
    scanner.advance();
    auto members = read_members(scanner, max_members);
    if (!members) return members.error();
    read.members = std::move(*members);
  } else if (!scanner.skip_value()) {
    return error_at(scanner);
  }
  read.whole = between(begin, scanner.position());
  scanner.skip_space();
  if (!scanner.at_end()) return error_at(scanner);
  return read;
}

JsonArguments json_arguments(const wamp::Payload& payload) {
  if (payload.count == 0) return {};
  JsonScanner scanner(payload.bytes, max_nesting);
  const auto next = [&scanner] {
    scanner.skip_space();
    if (scanner.at(',')) scanner.advance();
    scanner.skip_space();
    const char* const begin = scanner.position();
    scanner.skip_value();
    return between(begin, scanner.position());
  };
  JsonArguments arguments;
  arguments.args = next();
  if (payload.count > 1) arguments.kwargs = next();
  return arguments;
}

std::string json_string(std::string_view text) {
  std::string quoted;
  JsonWriter(quoted).string(text);
  return quoted;
}

}  // namespace serializers
