#include "router/config/document/setting.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace router::config {
namespace {

constexpr size_t max_told_faults = 50;

std::string_view name(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "true or false";
    case JsonKind::number:
      return "a number";
    case JsonKind::string:
      return "a string";
    case JsonKind::array:
      return "a list";
    case JsonKind::object:
      return "an object";
  }
  return "";
}

bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Whether another fault of the object is a key that nobody knows, for which the missing one is meant.
bool is_misspelt(const Fault& missing, const std::vector<Fault>& faults) {
  if (missing.missing.empty()) return false;
  const std::string ending = "; did you mean " + in_quotes(missing.missing) + "?";
  return std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
    return fault.path == missing.path && std::string_view(fault.what()).ends_with(ending);
  });
}

bool is_identifier(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

void Source::throw_faults() const {
  if (faults.empty()) return;
  std::vector<Fault> sorted = faults;
  std::erase_if(sorted, [this](const Fault& fault) { return is_misspelt(fault, faults); });
  std::stable_sort(sorted.begin(), sorted.end(), [](const Fault& a, const Fault& b) {
    return std::pair(a.position.line, a.position.column) < std::pair(b.position.line, b.position.column);
  });
  const auto end = std::unique(sorted.begin(), sorted.end(), [](const Fault& a, const Fault& b) {
    return std::string_view(a.what()) == b.what();
  });
  sorted.erase(end, sorted.end());
  std::string all;
  for (size_t i = 0; i < sorted.size() && i < max_told_faults; ++i)
    all += (i == 0 ? "" : "\n") + std::string(sorted[i].what());
  if (sorted.size() > max_told_faults)
    all += "\n" + name + ": and " + std::to_string(sorted.size() - max_told_faults) + " more";
  ConfigError error(all);
  // One at the place of a fault comes of it.
  std::copy_if(notices.begin(), notices.end(), std::back_inserter(error.notices),
               [this](const Notice& notice) {
                 return std::none_of(faults.begin(), faults.end(),
                                     [&notice](const Fault& fault) { return fault.path == notice.path; });
               });
  throw error;
}

Setting::Setting(const JsonNode& node, Source& source, std::string path)
    : node_(&node), source_(&source), path_(std::move(path)) {}

Setting Setting::child(const JsonNode& node, size_t index) const {
  if (node_->kind == JsonKind::array) return {node, *source_, path_ + "[" + std::to_string(index) + "]"};
  return {node, *source_,
          path_ + (is_identifier(node.key) ? "." + node.key : "[" + in_quotes(node.key) + "]")};
}

void Setting::expect(JsonKind kind) const {
  if (node_->kind != kind)
    fail("expected " + std::string(name(kind)) + ", found " + std::string(name(node_->kind)));
}

void Setting::check_keys(const Keys& keys) const {
  expect(JsonKind::object);
  for (const JsonNode& child : node_->children) {
    if (contains(keys.known, child.key)) continue;
    const bool is_left_out = source_->is_crossbar && contains(keys.left_out, child.key);
    if (!is_left_out && !contains(keys.ignored, child.key)) {
      reads([&] { fail_key(child, keys); });
      continue;
    }
    leave_out_at(
        child.key_position,
        in_quotes(child.key) + (is_left_out ? " has no counterpart and is left out" : " has no effect"));
  }
}

void Setting::fail_key(const JsonNode& child, const Keys& keys) const {
  if (contains(keys.unsupported, child.key) || contains(keys.left_out, child.key))
    fail_at(child.key_position, in_quotes(child.key) + " is not supported yet");
  fail_at(child.key_position, "unknown key " + in_quotes(child.key) + did_you_mean(child.key, keys.known));
}

std::optional<Setting> Setting::find(std::string_view key) const {
  expect(JsonKind::object);
  for (const JsonNode& node : node_->children)
    if (node.key == key) return child(node, 0);
  return std::nullopt;
}

Setting Setting::require(std::string_view key) const {
  if (auto setting = find(key)) return *std::move(setting);
  Fault fault = fault_at(node_->position, "the key " + in_quotes(key) + " is missing");
  fault.missing = key;
  throw fault;
}

std::vector<Setting> Setting::members() const {
  expect(JsonKind::object);
  std::vector<Setting> result;
  for (const JsonNode& node : node_->children) result.push_back(child(node, 0));
  return result;
}

std::vector<Setting> Setting::elements() const {
  expect(JsonKind::array);
  std::vector<Setting> result;
  for (const JsonNode& node : node_->children) result.push_back(child(node, result.size()));
  return result;
}

std::vector<Setting> Setting::some_elements() const {
  auto result = elements();
  if (result.empty()) fail("must not be empty");
  return result;
}

template <class Read>
const std::string& Setting::outside(Read read) const {
  try {
    return read(source_->outside_values);
  } catch (const std::runtime_error& error) {
    fail(error.what());
  }
}

const std::string& Setting::string() const {
  expect(JsonKind::string);
  return outside([this](OutsideValues& values) -> const std::string& { return values.string(*node_); });
}

const std::string& Setting::some_string() const {
  const std::string& text = string();
  if (text.empty()) fail("must not be empty");
  return text;
}

const std::string& Setting::secret() const {
  if (node_->kind == JsonKind::object) return secret_of_file();
  if (node_->kind != JsonKind::string) fail("expected a string or an object {\"file\": \"path\"}");
  const std::string& secret =
      outside([this](OutsideValues& values) -> const std::string& { return values.secret(*node_); });
  if (secret.empty()) fail("must not be empty");
  return secret;
}

const std::string& Setting::secret_of_file() const {
  check_keys({.known = {"file"}});
  const Setting file = require("file");
  const auto path =
      (std::filesystem::path(source_->base_directory) / file.some_string()).lexically_normal().string();
  const std::string& secret =
      file.outside([&](OutsideValues& values) -> const std::string& { return values.file(*node_, path); });
  if (secret.empty()) file.fail("the file " + in_quotes(path) + " is empty");
  return secret;
}

bool Setting::boolean() const {
  expect(JsonKind::boolean);
  return node_->boolean;
}

int64_t Setting::integer(int64_t min, int64_t max) const {
  const bool is_variable = node_->kind == JsonKind::string && node_->text.starts_with('$');
  if (!is_variable) expect(JsonKind::number);
  const std::string& digits = is_variable ? string() : node_->text;
  const char* const end = digits.data() + digits.size();
  int64_t value = 0;
  const auto result = std::from_chars(digits.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || value < min || value > max)
    fail("expected a whole number from " + std::to_string(min) + " to " + std::to_string(max) +
         (is_variable ? " as the value of the variable" : ""));
  return value;
}

const std::string& Setting::choice(const Words& known, const Words& unsupported) const {
  const std::string& word = string();
  if (contains(unsupported, word)) fail_unsupported(word);
  if (!contains(known, word))
    fail("expected " + alternatives(known) + ", found " + in_quotes(word) + did_you_mean(word, known));
  return word;
}

void Setting::fail(const std::string& what) const {
  fail_at(node_->position, what);
}

void Setting::fail_at(JsonPosition position, const std::string& what) const {
  throw fault_at(position, what);
}

Fault Setting::fault_at(JsonPosition position, const std::string& what) const {
  Fault fault(position, to_text(notice_at(position, what)));
  fault.path = path_;
  return fault;
}

void Setting::keep_fault() const {
  try {
    throw;
  } catch (const Fault& fault) {
    source_->faults.push_back(fault);
  } catch (const ConfigError& error) {  // of a document within this one, which says its place
    source_->faults.emplace_back(node_->position, error.what());
  } catch (const std::runtime_error& error) {
    source_->faults.push_back(fault_at(node_->position, error.what()));
  }
}

void Setting::fail_unsupported(std::string_view what) const {
  fail(in_quotes(what) + " is not supported yet");
}

void Setting::notice(const std::string& what) const {
  source_->notices.push_back(notice_at(node_->position, what));
}

void Setting::leave_out(const std::string& why) const {
  leave_out_at(node_->position, why);
}

void Setting::leave_out_at(JsonPosition position, const std::string& why) const {
  source_->notices.push_back(notice_at(position, why));
  source_->notices.back().is_left_out = source_->is_crossbar;
}

std::string Setting::place() const {
  return source_->name + ":" + std::to_string(node_->position.line) + ":" +
         std::to_string(node_->position.column) + ", " + path_;
}

Notice Setting::notice_at(JsonPosition position, const std::string& what) const {
  return {source_->name, position.line, position.column, path_, source_->outside_values.redacted(what)};
}

void read_boolean(const Setting& object, std::string_view key, bool& target) {
  object.given(key, [&](const Setting& setting) { target = setting.boolean(); });
}

}  // namespace router::config
