#include "router/config/document/json_document.h"

#include <algorithm>
#include <set>
#include <utility>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "router/config/config.h"
#include "router/config/wording.h"

namespace router::config {
namespace {

constexpr size_t max_depth = 32;

[[noreturn]] void fail(const std::string& name, JsonPosition position, const std::string& what) {
  throw ConfigError(located(name, position.line, position.column) + what);
}

// Walks through the text once and counts lines and columns.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  JsonPosition position() const { return position_; }

  void advance(size_t count = 1) { move_to(offset_ + count); }

  void move_to(size_t offset) {
    for (; offset_ < std::min(offset, text_.size()); ++offset_) {
      if (text_[offset_] == '\n')
        position_ = {position_.line + 1, 1};
      else if ((text_[offset_] & 0xC0) != 0x80)  // all but the later bytes of a UTF-8 sequence
        ++position_.column;
    }
  }

  // Over white space, comments and separators. RapidJSON has checked them already: it only does not tell
  // where a token begins, as its events come when the token has been read.
  void skip_to_token() {
    for (;;) {
      move_to(std::min(text_.find_first_not_of(" \t\r\n,:", offset_), text_.size()));
      if (text_.substr(offset_, 2) == "//")
        move_to(text_.find('\n', offset_));
      else if (text_.substr(offset_, 2) == "/*")
        move_to(text_.find("*/", offset_ + 2) + 2);
      else
        return;
    }
  }

 private:
  std::string_view text_;
  size_t offset_ = 0;
  JsonPosition position_;
};

// Takes RapidJSON's events and grows the tree.
class TreeBuilder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, TreeBuilder> {
 public:
  TreeBuilder(std::string_view text, const std::string& name, const rapidjson::MemoryStream& stream)
      : name_(name), stream_(stream), cursor_(text) {}

  bool Null() { return add_scalar(begin(JsonKind::null)); }
  bool Bool(bool value) {
    JsonNode node = begin(JsonKind::boolean);
    node.boolean = value;
    return add_scalar(std::move(node));
  }
  bool RawNumber(const char* digits, rapidjson::SizeType length, bool /*copy*/) {
    JsonNode node = begin(JsonKind::number);
    node.text.assign(digits, length);
    return add_scalar(std::move(node));
  }
  bool String(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    JsonNode node = begin(JsonKind::string);
    node.text = checked({text, length}, node.position);
    return add_scalar(std::move(node));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    cursor_.skip_to_token();
    key_position_ = cursor_.position();
    key_ = checked({text, length}, key_position_);
    cursor_.move_to(stream_.Tell());
    return true;
  }
  bool StartObject() { return open(JsonKind::object); }
  bool StartArray() { return open(JsonKind::array); }
  bool EndObject(rapidjson::SizeType /*members*/) {
    check_keys_differ(open_.back());
    return close();
  }
  bool EndArray(rapidjson::SizeType /*elements*/) { return close(); }

  JsonNode take_root() { return std::move(root_); }

 private:
  JsonNode begin(JsonKind kind) {
    cursor_.skip_to_token();
    JsonNode node;
    node.kind = kind;
    node.position = cursor_.position();
    node.key = std::exchange(key_, {});
    node.key_position = key_position_;
    return node;
  }

  bool open(JsonKind kind) {
    JsonNode node = begin(kind);
    if (open_.size() == max_depth)
      fail(name_, node.position, "nested deeper than " + std::to_string(max_depth) + " levels");
    open_.push_back(std::move(node));
    cursor_.advance();
    return true;
  }

  bool close() {
    cursor_.skip_to_token();
    cursor_.advance();
    JsonNode node = std::move(open_.back());
    open_.pop_back();
    return add(std::move(node));
  }

  bool add_scalar(JsonNode node) {
    cursor_.move_to(stream_.Tell());
    return add(std::move(node));
  }

  bool add(JsonNode node) {
    if (open_.empty())
      root_ = std::move(node);
    else
      open_.back().children.push_back(std::move(node));
    return true;
  }

  // Names and directories go to the system as C strings, where a U+0000 would cut them short.
  std::string checked(std::string_view text, JsonPosition position) const {
    if (text.find('\0') != std::string_view::npos)
      fail(name_, position, "a string must not contain the character U+0000");
    return std::string(text);
  }

  void check_keys_differ(const JsonNode& object) const {
    std::set<std::string_view> keys;
    for (const JsonNode& child : object.children)
      if (!keys.insert(child.key).second)
        fail(name_, child.key_position, "the key " + in_quotes(child.key) + " is given twice in one object");
  }

  const std::string& name_;
  const rapidjson::MemoryStream& stream_;
  Cursor cursor_;
  std::vector<JsonNode> open_;
  std::string key_;
  JsonPosition key_position_;
  JsonNode root_;
};

JsonPosition position_at(std::string_view text, size_t offset) {
  Cursor cursor(text);
  cursor.move_to(offset);
  return cursor.position();
}

}  // namespace

bool is_equal(const JsonNode& a, const JsonNode& b) {
  return a.kind == b.kind && a.boolean == b.boolean && a.text == b.text &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    [](const JsonNode& x, const JsonNode& y) { return x.key == y.key && is_equal(x, y); });
}

JsonNode parse_json(std::string_view text, const std::string& name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // the byte order mark that some editors write
  // RapidJSON takes a NUL for the end of the text and would not look at what follows.
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos)
    fail(name, position_at(text, nul), "a NUL byte in the file");

  // The recursive parser overflows the stack, and the number conversion of RapidJSON 1.1.0 crashes
  // (CVE-2024-38517).
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
                             rapidjson::kParseCommentsFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  TreeBuilder builder(text, name, stream);
  const rapidjson::ParseResult result = rapidjson::Reader().Parse<flags>(stream, builder);
  if (result.IsError())
    fail(name, position_at(text, result.Offset()),
         std::string("JSON syntax: ") + rapidjson::GetParseError_En(result.Code()));
  return builder.take_root();
}

}  // namespace router::config
