#include "router/config/transports/web_paths.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "router/config/transports/http_paths.h"
#include "transport/http/http_text.h"

namespace router::config {
namespace {

// All of Crossbar's web services but those we have.
const Words other_services = {"archive",  "catalog",      "cgi",       "pairme", "path",
                              "resource", "reverseproxy", "schemadoc", "upload", "websocket-reverseproxy",
                              "wap",      "wsgi"};

const Keys websocket_keys = {.known = {"type", "auth", "serializers", "options", "limits", "cookie"},
                             .ignored = {"id", "url", "debug"}};

bool is_path_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~/").find(c) != std::string_view::npos;
}

// "ws", as Crossbar writes it, and "/ws" are the same path.
std::string normalized_path(const Setting& setting) {
  const std::string& key = setting.key();
  if (key == "/") return key;
  const std::string path = key.starts_with('/') ? key : "/" + key;
  const std::string segments = path + "/";
  if (!std::all_of(path.begin(), path.end(), is_path_character) || segments.find("//") != std::string::npos ||
      segments.find("/./") != std::string::npos || segments.find("/../") != std::string::npos)
    setting.fail("expected a path such as \"/\", \"ws\" or \"/api/ws\", found " + in_quotes(key));
  return path;
}

// {".md": "text/markdown"}; the dot may be missing.
transport::MediaTypes read_media_types(const Setting& mime_types) {
  transport::MediaTypes types;
  Setting::for_each(mime_types.members(), [&](const Setting& type) {
    const std::string ending = type.key().starts_with('.') ? type.key().substr(1) : type.key();
    const std::string& text = type.some_string();
    const auto is_header_character = [](char c) { return c >= ' ' && c <= '~'; };
    if (!std::all_of(text.begin(), text.end(), is_header_character) || text.find('/') == text.npos)
      type.fail("expected a media type such as \"text/markdown\", found " + in_quotes(text));
    types[transport::in_small_letters(ending)] = text;
  });
  return types;
}

Path read_static(const Setting& setting) {
  setting.check_keys(
      {.known = {"type", "directory", "options"}, .left_out = {"package", "resource"}, .ignored = {"id"}});
  transport::StaticFiles files;
  std::vector<Setting> of_directories;
  setting.given("options", [&](const Setting& options) {
    options.check_keys({.known = {"cache_timeout", "mime_types", "enable_directory_listing", "default_file"},
                        .ignored = {"allow_cross_origin"}});
    read_integer(options, "cache_timeout", files.cache_timeout_s, 0, INT32_MAX);
    const auto read = [&](const char* key, auto&& read_it) {
      options.given(key, [&](const Setting& option) {
        of_directories.push_back(option);
        read_it(option);
      });
    };
    read("mime_types", [&](const Setting& option) { files.types = read_media_types(option); });
    read("enable_directory_listing",
         [&](const Setting& option) { files.lists_directories = option.boolean(); });
    read("default_file", [&](const Setting& option) { files.default_file = option.some_string(); });
  });
  if (setting.find("package")) return NothingPath{};
  const auto directory = setting.find("directory");
  if (!directory) {
    for (const Setting& option : of_directories)
      option.leave_out("has no effect without a \"directory\": the page that is built in is served");
    return StaticPath{{.directory = {}, .cache_timeout_s = files.cache_timeout_s}};
  }
  const auto path =
      (std::filesystem::path(setting.source().base_directory) / directory->some_string()).lexically_normal();
  std::error_code error;  // as good as none
  if (setting.source().is_to_be_served && !std::filesystem::is_directory(path, error))
    directory->fail("there is no directory " + path.string());
  files.directory = (path.has_filename() ? path : path.parent_path()).string();
  return StaticPath{std::move(files)};
}

bool is_one_of(const Words& types, const std::string& type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

const std::string& read_type(const Setting& setting, const Words& allowed_types) {
  const Setting type = setting.require("type");
  if (setting.source().is_crossbar && is_one_of(other_services, type.string())) return type.string();
  return type.choice(allowed_types, other_services);
}

// A Crossbar file's service that we do not have. Its path must not fall to the files of a path above it.
Path leave_out(const Setting& setting, const std::string& path, const std::string& type) {
  setting.leave_out("there is no web service of type " + in_quotes(type) + ": " + path + " answers 404");
  return NothingPath{};
}

}  // namespace

void read_paths(const Setting& paths, const Words& allowed_types, const std::vector<Realm>& realms,
                Transport& transport, std::vector<Setting>& websockets) {
  Setting::for_each(paths.members(), [&](const Setting& setting) {
    const std::string path = normalized_path(setting);
    const std::string& type = read_type(setting, allowed_types);
    Path served = HealthPath{};
    if (is_one_of(other_services, type)) {
      served = leave_out(setting, path, type);
    } else if (type == "websocket") {
      setting.check_keys(websocket_keys);
      websockets.push_back(setting);
      served = WebSocketPath{};
    } else if (is_one_of(http_path_types(), type)) {
      served = read_http_path(setting, type, realms);
    } else if (type == "static") {
      served = read_static(setting);
    } else if (type == "longpoll") {
      setting.check_keys({.known = {"type"}, .ignored = {"id", "options"}});
      served = LongPollPath{};
    } else {
      setting.check_keys({.known = {"type"}, .ignored = {"id"}});
      if (type == "ready") served = ReadyPath{};
      if (type == "metrics") served = MetricsPath{};
      if (type == "monitor") served = MonitorPath{};
      if (type == "none") served = NothingPath{};
    }
    if (!transport.paths.emplace(path, std::move(served)).second)
      setting.fail("the path " + in_quotes(path) + " is given twice in this transport");
  });
}

}  // namespace router::config
