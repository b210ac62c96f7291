#include "transport/http/static_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/printable.h"
#include "transport/http/conditional_request.h"

namespace transport {
namespace {

namespace fs = std::filesystem;

// A page, its scripts and pictures; what is larger belongs on a web server.
constexpr off_t max_static_file_size = 2 * 1024 * 1024;

// Of a directory; to look at them takes a few milliseconds.
constexpr size_t most_listed = 1000;

bool has_hidden_part(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != path.npos || path.find('\0') != path.npos;
}

// The absolute path without symbolic links, if there is such a file.
std::optional<std::string> real_path(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (!resolved) return std::nullopt;
  std::string result(resolved);
  std::free(resolved);
  return result;
}

// Of a real path: it is in the directory, and not hidden there, where a link may lead to.
bool is_shown(const std::string& path, const std::string& root) {
  return path.starts_with(root == "/" ? root : root + "/") &&
         !has_hidden_part(std::string_view(path).substr(root.size()));
}

std::optional<std::string> read_part(int descriptor, size_t first, size_t size) {
  std::string content(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(descriptor, content.data() + done, size - done, static_cast<off_t>(first + done));
    if (got <= 0) return std::nullopt;
    done += static_cast<size_t>(got);
  }
  return content;
}

// Another one when the file has been written to, as exactly as the kernel tells the time of that, or another
// file is put in its place: nobody can set the time of its last change.
std::string etag_of(const struct stat& status) {
  std::array<char, 64> text{};
  const auto nanoseconds = int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec;
  return {text.data(), static_cast<size_t>(std::snprintf(
                           text.data(), text.size(), "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 "\"",
                           static_cast<uint64_t>(nanoseconds), static_cast<uint64_t>(status.st_ino),
                           static_cast<uint64_t>(status.st_size)))};
}

// Nothing for what is no regular file.
std::optional<HttpResponse> read_file(int descriptor, const HttpRequest& request) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (status.st_size > max_static_file_size)
    return text_response(
        404, "files of more than " + std::to_string(max_static_file_size) + " bytes are not served here");
  const auto size = static_cast<size_t>(status.st_size);
  const Validators validators{etag_of(status), status.st_mtim.tv_sec};
  const Selection selection = select(request, validators, size);
  HttpResponse response = response_to(selection, validators, size);
  if (selection.size == 0) return response;
  auto content = read_part(descriptor, selection.first, selection.size);
  if (!content) return std::nullopt;
  response.body = std::move(*content);
  return response;
}

std::optional<HttpResponse> read_file(const std::string& path, const HttpRequest& request) {
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (descriptor < 0) return std::nullopt;
  auto response = read_file(descriptor, request);
  ::close(descriptor);
  return response;
}

// ---- lists

// How it stands in the list, if it does: directories with a '/'.
std::optional<std::string> shown_name(const fs::directory_entry& entry, const std::string& root) {
  std::string name = entry.path().filename().string();
  if (name.starts_with('.')) return std::nullopt;
  std::error_code error;  // as good as none
  if (entry.is_symlink(error)) {
    const auto real = real_path(entry.path().string());
    if (!real || !is_shown(*real, root)) return std::nullopt;
  }
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

// For a URL: nothing in it is a scheme, or a step up.
void append_escaped(std::string_view name, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~' || c == '/'))
      out += c;
    else
      out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
}

// `from`: what a link must begin with, as the request's path does not end in '/'.
void append_link(std::string_view from, std::string_view name, std::string& out) {
  out += "<li><a href=\"";
  append_escaped(from, out);
  append_escaped(name, out);
  out += "\"><bdi>";
  append_html(name, out);
  out += "</bdi></a></li>\n";
}

// Nothing if there is no such directory.
std::optional<HttpResponse> list_of(const StaticFiles& files, const std::string& root,
                                    std::string_view relative_path, const HttpRequest& request) {
  const auto directory = real_path(files.directory + "/" + std::string(relative_path));
  if (!directory || (*directory != root && !is_shown(*directory, root))) return std::nullopt;
  std::error_code error;
  fs::directory_iterator entry(*directory, error);
  if (error) return std::nullopt;
  std::vector<std::string> names;
  size_t looked_at = 0;
  for (; !error && entry != fs::directory_iterator() && looked_at < most_listed; entry.increment(error)) {
    ++looked_at;
    if (auto name = shown_name(*entry, root)) names.push_back(std::move(*name));
  }
  std::sort(names.begin(), names.end());

  const std::string_view asked = request.path;
  const std::string from = asked.empty() || asked.ends_with('/')
                               ? std::string()
                               : std::string(asked.substr(asked.rfind('/') + 1)) + '/';
  std::string title = "Index of /";
  append_html(relative_path, title);
  std::string body =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n";
  if (!relative_path.empty()) append_link(from, "../", body);
  for (const std::string& name : names) append_link(from, name, body);
  body += "</ul>\n";
  if (looked_at == most_listed && entry != fs::directory_iterator())
    body += "<p>There is more: only " + std::to_string(most_listed) + " entries are looked at.</p>\n";
  body += "</body>\n</html>\n";
  return HttpResponse{200,
                      "text/html; charset=utf-8",
                      std::move(body),
                      {{"Cache-Control", cache_control(0)},
                       {"Content-Security-Policy", "default-src 'none'"},
                       {"X-Content-Type-Options", "nosniff"}}};
}

// Nothing for what is not to be served.
std::optional<HttpResponse> found(const StaticFiles& files, std::string_view relative_path,
                                  const HttpRequest& request) {
  static const MediaTypes known = known_media_types();
  if (has_hidden_part(relative_path)) return std::nullopt;
  const bool is_directory = relative_path.empty() || relative_path.ends_with('/');
  const std::string path = std::string(relative_path) + (is_directory ? "index.html" : "");

  const auto root = real_path(files.directory);
  const auto file = real_path(files.directory + "/" + path);
  if (!root) return std::nullopt;
  if (!file)
    return is_directory && files.lists_directories ? list_of(files, *root, relative_path, request)
                                                   : std::nullopt;
  if (!is_shown(*file, *root)) return std::nullopt;
  auto response = read_file(*file, request);
  if (!response || response->status >= 400) return response;
  response->content_type = media_type(path, files.types, known);
  response->headers.emplace_back("Cache-Control", cache_control(files.cache_timeout_s));
  return response;
}

}  // namespace

std::string cache_control(uint32_t cache_timeout_s) {
  return cache_timeout_s == 0 ? "no-cache" : "public, max-age=" + std::to_string(cache_timeout_s);
}

HttpResponse static_file(const StaticFiles& files, std::string_view relative_path,
                         const HttpRequest& request) {
  while (relative_path.starts_with('/')) relative_path.remove_prefix(1);
  auto response = found(files, relative_path, request);
  if (!response && !files.default_file.empty()) response = found(files, files.default_file, request);
  return response ? *std::move(response) : text_response(404, "no such file");
}

}  // namespace transport
