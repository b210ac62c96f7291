#include <array>
#include <cstdlib>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport/http.h"

namespace transport {
namespace {

// A page, its scripts and pictures; what is larger belongs on a web server.
constexpr off_t max_static_file_size = 2 * 1024 * 1024;

std::string_view content_type(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> types = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
  }};
  for (const auto& [ending, type] : types) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

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

std::optional<std::string> read_all(int descriptor, size_t size) {
  std::string content(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(descriptor, content.data() + done, size - done);
    if (got <= 0) return std::nullopt;
    done += static_cast<size_t>(got);
  }
  return content;
}

// Nothing for what is no regular file or too large.
std::optional<std::string> read_file(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (descriptor < 0) return std::nullopt;
  struct stat status;
  std::optional<std::string> content;
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_size <= max_static_file_size) {
    content = read_all(descriptor, static_cast<size_t>(status.st_size));
  }
  ::close(descriptor);
  return content;
}

}  // namespace

HttpResponse static_file(const std::string& directory, std::string_view relative_path) {
  const HttpResponse not_found = text_response(404, "no such file");
  while (relative_path.starts_with('/')) relative_path.remove_prefix(1);
  if (has_hidden_part(relative_path)) return not_found;
  std::string path(relative_path);
  if (path.empty() || path.ends_with('/')) path += "index.html";

  const auto root = real_path(directory);
  const auto file = real_path(directory + "/" + path);
  if (!root || !file || !file->starts_with(*root == "/" ? *root : *root + "/")) return not_found;
  // A link inside the directory may still lead to what is hidden there.
  if (has_hidden_part(std::string_view(*file).substr(root->size()))) return not_found;
  auto content = read_file(*file);
  if (!content) return not_found;

  HttpResponse response;
  response.content_type = content_type(path);
  response.body = std::move(*content);
  return response;
}

}  // namespace transport
