#include "transport/http/media_types.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "transport/http/http_text.h"

namespace transport {
namespace {

constexpr std::pair<std::string_view, std::string_view> usual_types[] = {
    {"avif", "image/avif"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"jsonld", "application/ld+json"},
    {"map", "application/json"},
    {"md", "text/markdown"},
    {"mjs", "text/javascript"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ogg", "audio/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
};

std::string ending_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  return in_small_letters(std::string(dot == name.npos ? std::string_view() : name.substr(dot + 1)));
}

// Without a charset browsers guess.
std::string with_charset(const std::string& type) {
  const bool is_text = type.starts_with("text/") || type == "application/javascript";
  return is_text && type.find(';') == type.npos ? type + "; charset=utf-8" : type;
}

}  // namespace

MediaTypes known_media_types(const std::string& system_file) {
  MediaTypes types;
  std::ifstream file(system_file);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string type, ending;
    words >> type;
    while (words >> ending) types.emplace(ending, type);
  }
  for (const auto& [ending, type] : usual_types) types.emplace(ending, type);
  return types;
}

std::string media_type(std::string_view path, const MediaTypes& own, const MediaTypes& known) {
  const std::string ending = ending_of(path);
  for (const MediaTypes* const types : {&own, &known})
    if (const auto found = types->find(ending); found != types->end()) return with_charset(found->second);
  return "application/octet-stream";
}

}  // namespace transport
