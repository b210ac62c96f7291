#include "transport/http/directory_list.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "text/printable.h"

namespace transport {
namespace {

namespace fs = std::filesystem;

// What is looked at of a directory: that takes a few milliseconds. Where a symbolic link leads to is asked of
// each directory on the way, so it is as dear as some others.
constexpr size_t most_listed = 1000;
constexpr size_t listed_per_link = 10;

// How it stands in the list, if it does: directories with a '/'.
std::optional<std::string> shown_name(const fs::directory_entry& entry, const DirectoryToList& directory) {
  std::string name = entry.path().filename().string();
  if (name.starts_with('.')) return std::nullopt;
  std::error_code error;  // as good as none
  if (entry.is_symlink(error) && !directory.is_served(entry.path().string())) return std::nullopt;
  if (entry.is_directory(error)) return name + '/';
  return entry.is_regular_file(error) ? std::optional(std::move(name)) : std::nullopt;
}

void append_html(std::string_view text, std::string& out) {
  for (const char c : text::printable(text)) {
    if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'')
      out.append("&#").append(std::to_string(static_cast<int>(c))).append(1, ';');
    else
      out += c;
  }
}

// `from`: what a link must begin with, as the request's path does not end in '/'.
void append_link(std::string_view from, std::string_view name, std::string& out) {
  out += "<li><a href=\"";
  out += escaped_for_path(from);
  out += escaped_for_path(name);
  out += "\"><bdi>";
  append_html(name, out);
  out += "</bdi></a></li>\n";
}

}  // namespace

std::string escaped_for_path(std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~' || c == '/'))
      out += c;
    else
      out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return out;
}

std::optional<HttpResponse> directory_list(const DirectoryToList& directory, const HttpRequest& request) {
  std::error_code error;
  fs::directory_iterator entry(directory.path, error);
  if (error) return std::nullopt;
  std::vector<std::string> names;
  size_t looked_at = 0;
  for (; !error && entry != fs::directory_iterator() && looked_at < most_listed; entry.increment(error)) {
    std::error_code unknown;  // as good as none
    looked_at += entry->is_symlink(unknown) ? listed_per_link : 1;
    if (auto name = shown_name(*entry, directory)) names.push_back(std::move(*name));
  }
  std::sort(names.begin(), names.end());

  const std::string_view asked = request.path;
  const std::string from = asked.empty() || asked.ends_with('/')
                               ? std::string()
                               : std::string(asked.substr(asked.rfind('/') + 1)) + '/';
  std::string title = "Index of /";
  append_html(directory.name, title);
  std::string body =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n";
  if (!directory.name.empty()) append_link(from, "../", body);
  for (const std::string& name : names) append_link(from, name, body);
  body += "</ul>\n";
  if (looked_at >= most_listed && entry != fs::directory_iterator())
    body += "<p>There is more: only " + std::to_string(most_listed) +
            " entries are looked at, and a symbolic link counts as " + std::to_string(listed_per_link) +
            ".</p>\n";
  body += "</body>\n</html>\n";
  return HttpResponse{200,
                      "text/html; charset=utf-8",
                      std::move(body),
                      {{"Cache-Control", "no-cache"},
                       {"Content-Security-Policy", "default-src 'none'"},
                       {"X-Content-Type-Options", "nosniff"}}};
}

}  // namespace transport
