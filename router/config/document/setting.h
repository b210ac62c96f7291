// One value of a configuration file together with its place: typed access for those who fill a Config.
//
// Whatever does not fit throws a Fault with file, line, column and JSON path. Who reads several things runs
// each through reads(), given(), required() or for_each(): what is wrong with one is kept in the Source, and
// the others are read all the same, so that a person hears of all faults at once (Source::throw_faults).
// Copies are cheap; the document and the Source outlive them.
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

// What is wrong at one place of the file.
struct Fault : ConfigError {
  Fault(JsonPosition where, const std::string& message) : ConfigError(message), position(where) {}
  JsonPosition position;
  std::string path = {};     // of the object, in the JSON tree
  std::string missing = {};  // the key, if one is missing in it
};

// What the whole file has in common.
struct Source {
  std::string name;
  std::string base_directory;
  bool is_crossbar = false;      // Crossbar's top level, so its defaults where ours are other ones
  bool is_to_be_served = false;  // so the directories that it names must be there
  bool is_version_1 = false;     // of Crossbar's format
  std::vector<Notice> notices = {};
  OutsideValues outside_values = {};
  std::vector<Fault> faults = {};
  bool are_roles_known = true;  // false: the realms have faults, so a role that is named may well be there

  // One ConfigError with all faults, a line for each, in the order of the file, and all notices, if there are
  // any faults.
  void throw_faults() const;
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

  // Runs read(). What it throws is kept in the Source as a Fault; false if there was one, there or in what it
  // ran through reads().
  template <class Read>
  bool reads(Read read) const;
  // The same with read(setting), of the key if the object has it, or else if it must have it.
  template <class Read>
  bool given(std::string_view key, Read read) const;
  template <class Read>
  bool required(std::string_view key, Read read) const;
  // read(setting) for each; false if one had a fault.
  template <class Read>
  static bool for_each(const std::vector<Setting>& settings, Read read);

  // "$NAME" and "${NAME}" in it are the environment variable's value, "$$" is a "$".
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
  // Of the exception that is being handled.
  void keep_fault() const;
  Fault fault_at(JsonPosition position, const std::string& what) const;
  [[noreturn]] void fail_key(const JsonNode& child, const Keys& keys) const;
  [[noreturn]] void fail_at(JsonPosition position, const std::string& what) const;
  void leave_out_at(JsonPosition position, const std::string& why) const;
  Notice notice_at(JsonPosition position, const std::string& what) const;

  const JsonNode* node_;
  Source* source_;
  std::string path_;
};

template <class Read>
bool Setting::reads(Read read) const {
  const size_t before = source_->faults.size();
  try {
    read();
  } catch (...) {
    keep_fault();
  }
  return source_->faults.size() == before;
}

template <class Read>
bool Setting::given(std::string_view key, Read read) const {
  const auto setting = find(key);
  return !setting || reads([&] { read(*setting); });
}

template <class Read>
bool Setting::required(std::string_view key, Read read) const {
  return reads([&] { read(require(key)); });
}

template <class Read>
bool Setting::for_each(const std::vector<Setting>& settings, Read read) {
  bool all = true;
  for (const Setting& setting : settings) all = setting.reads([&] { read(setting); }) && all;
  return all;
}

// Overwrite `target` if the object has that key.
template <std::integral T>
void read_integer(const Setting& object, std::string_view key, T& target, int64_t min, int64_t max) {
  object.given(key, [&](const Setting& setting) { target = static_cast<T>(setting.integer(min, max)); });
}
void read_boolean(const Setting& object, std::string_view key, bool& target);

}  // namespace router::config
