#include "client/command/settings/contexts.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <sys/stat.h>

#include "client/command/output/json.h"
#include "client/command/settings/private_file.h"
#include "serializers/serializer.h"

namespace client::command {
namespace {

constexpr size_t longest_name = 64;
constexpr std::uintmax_t longest_file = 1 << 20;
constexpr const char* extension = ".json";

bool is_name(const std::string& name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= longest_name && name.front() != '.' && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

const Setting* setting_named(std::string_view name) {
  for (const Setting& setting : all_settings())
    if (setting.name == name) return &setting;
  return nullptr;
}

std::string whole(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::invalid_argument(file.string() + ": " + std::strerror(errno));
}

void make_folder(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail(folder);
}

}  // namespace

Contexts::Contexts(const Environment& environment) {
  const auto config = environment("XDG_CONFIG_HOME");
  const auto home = environment("HOME");
  // The specification of these folders: what is not absolute does not count.
  if (config && config->starts_with('/'))
    folder_ = std::filesystem::path(*config) / "wampd";
  else if (home)
    folder_ = std::filesystem::path(*home) / ".config" / "wampd";
}

std::filesystem::path Contexts::file_of(const std::string& name) const {
  if (folder_.empty())
    throw std::invalid_argument("neither XDG_CONFIG_HOME nor HOME says where contexts are");
  if (!is_name(name))
    throw std::invalid_argument(
        "a context's name has letters, digits, \"-\", \"_\" and \".\" only, at most 64");
  return folder_ / "contexts" / (name + extension);
}

std::vector<std::string> Contexts::names() const {
  std::vector<std::string> result;
  if (folder_.empty()) return result;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "contexts", none))
    if (entry.path().extension() == extension && is_name(entry.path().stem()))
      result.push_back(entry.path().stem());
  std::sort(result.begin(), result.end());
  return result;
}

std::optional<std::string> Contexts::selected() const {
  if (folder_.empty()) return std::nullopt;
  std::string name;
  std::ifstream stream(selection());
  if (!std::getline(stream, name) || !is_name(name)) return std::nullopt;
  return name;
}

Settings Contexts::load(const std::string& name) const {
  const std::filesystem::path file = file_of(name);
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  if (none) throw std::invalid_argument("there is no context \"" + name + "\": " + file.string());
  const auto value = size > longest_file ? wamp::ProtocolError{} : serializers::decode_json(whole(file));
  const auto* const dict = value ? value->get<wamp::Dict>() : nullptr;
  if (!dict) throw std::invalid_argument(file.string() + ": expected a JSON object");
  Settings result;
  for (const auto& entry : *dict) {
    const auto* const text = entry.value.get<std::string>();
    if (!setting_named(entry.key) || !text)
      throw std::invalid_argument(file.string() + ": \"" + entry.key + "\" is no setting with a string");
    result[entry.key] = *text;
  }
  return result;
}

std::string Contexts::warning(const std::string& name) const {
  const std::filesystem::path file = file_of(name);
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || (status.st_mode & 077) == 0) return "";
  const Settings settings = load(name);
  const bool has_secret = std::any_of(settings.begin(), settings.end(), [](const auto& entry) {
    return setting_named(entry.first)->is_secret;
  });
  return has_secret ? "others may read the secret in " + file.string() + ": chmod 600" : "";
}

void Contexts::save(const std::string& name, const Settings& settings) const {
  const std::filesystem::path file = file_of(name);
  wamp::Dict dict;
  for (const Setting& setting : all_settings())
    if (const auto found = settings.find(setting.name); found != settings.end()) {
      const bool is_relative = setting.is_file && !found->second.starts_with('/');
      dict.set(setting.name, is_relative ? std::filesystem::absolute(found->second).string() : found->second);
    }
  make_folder(folder_);
  make_folder(file.parent_path());
  write_for_owner_only(file, to_readable_json(dict) + "\n");
}

void Contexts::select(const std::string& name) const {
  load(name);
  write_for_owner_only(selection(), name + "\n");
}

void Contexts::remove(const std::string& name) const {
  if (std::error_code none; !std::filesystem::remove(file_of(name), none))
    throw std::invalid_argument("there is no context \"" + name + "\"");
  if (selected() == name) std::filesystem::remove(selection());
}

std::optional<std::string> chosen_context(const Contexts& contexts, const std::string& name,
                                          const Environment& environment) {
  if (!name.empty()) return name;
  if (const auto named = environment("WAMP_CONTEXT")) return named;
  return contexts.selected();
}

}  // namespace client::command
