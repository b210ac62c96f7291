// One value of a configuration file together with its place: typed access for those who fill a Config.
//
// Whatever does not fit throws ConfigError with file, line, column and JSON path. Copies are cheap; the
// document and the Source outlive them.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/config/config.h"
#include "router/config/document/json_document.h"
#include "router/config/document/outside_values.h"
#include "router/config/wording.h"

namespace router::config {

// What the whole file has in common.
struct Source {
  std::string name;
  std::string base_directory;
  bool is_crossbar = false;      // Crossbar's top level, so its defaults where ours are other ones
  bool is_to_be_served = false;  // so the directories that it names must be there
  bool is_version_1 = false;     // of Crossbar's format
  std::vector<Notice> notices = {};
  OutsideValues outside_values = {};
};

// What an object may hold.
struct Keys {
  Words known = {};        // read by us
  Words left_out = {};     // Crossbar's, that only give something more: a notice in its files, else refused
  Words unsupported = {};  // Crossbar's, refused: somebody would miss what they do
  Words ignored = {};      // Crossbar's, accepted with a notice: nobody depends on them
};

class Setting {
 public:
  Setting(const JsonNode& node, Source& source, std::string path = "$");

  const JsonNode& node() const { return *node_; }
  Source& source() const { return *source_; }
  const std::string& key() const { return node_->key; }

  // For objects.
  void check_keys(const Keys& keys) const;
  std::optional<Setting> find(std::string_view key) const;
  Setting require(std::string_view key) const;
  std::vector<Setting> members() const;

  // For arrays.
  std::vector<Setting> elements() const;
  std::vector<Setting> some_elements() const;  // at least one

  // "$NAME" and "${NAME}" are the environment variable's value, "$$..." is "$...".
  const std::string& string() const;
  const std::string& some_string() const;  // not empty
  // A string, or {"file": "path"}: the content of that file, relative to this one, without the line end at
  // its end. Not empty, and never in messages.
  const std::string& secret() const;
  bool boolean() const;
  // A number, or "$NAME" of a variable whose value is one.
  int64_t integer(int64_t min, int64_t max) const;
  // "FILE:LINE:COLUMN, JSON path", for messages about what was read here.
  std::string place() const;
  // A string that must be one of the known ones.
  const std::string& choice(const Words& known, const Words& unsupported = {}) const;

  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_unsupported(std::string_view what) const;
  // Says that this was read but not as it was meant.
  void notice(const std::string& what) const;
  // The same, of what a Crossbar file has and is not served.
  void leave_out(const std::string& why) const;

 private:
  Setting child(const JsonNode& node, size_t index) const;
  void expect(JsonKind kind) const;
  template <class Read>
  const std::string& outside(Read read) const;
  const std::string& secret_of_file() const;
  [[noreturn]] void fail_key(const JsonNode& child, const Keys& keys) const;
  void leave_out_at(JsonPosition position, const std::string& why) const;
  Notice notice_at(JsonPosition position, const std::string& what) const;
  std::string message(JsonPosition position, const std::string& what) const;

  const JsonNode* node_;
  Source* source_;
  std::string path_;
};

// Overwrite `target` if the object has that key.
template <std::integral T>
void read_integer(const Setting& object, std::string_view key, T& target, int64_t min, int64_t max) {
  if (const auto setting = object.find(key)) target = static_cast<T>(setting->integer(min, max));
}
void read_boolean(const Setting& object, std::string_view key, bool& target);

}  // namespace router::config
