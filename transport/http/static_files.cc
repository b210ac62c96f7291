#include "transport/http/static_files.h"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport/http/conditional_request.h"

namespace transport {
namespace {

// A page, its scripts and pictures; what is larger belongs on a web server.
constexpr off_t max_static_file_size = 2 * 1024 * 1024;

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

}  // namespace

std::string cache_control(uint32_t cache_timeout_s) {
  return cache_timeout_s == 0 ? "no-cache" : "public, max-age=" + std::to_string(cache_timeout_s);
}

HttpResponse static_file(const StaticFiles& files, std::string_view relative_path,
                         const HttpRequest& request) {
  static const MediaTypes known = known_media_types();
  const HttpResponse not_found = text_response(404, "no such file");
  while (relative_path.starts_with('/')) relative_path.remove_prefix(1);
  if (has_hidden_part(relative_path)) return not_found;
  std::string path(relative_path);
  if (path.empty() || path.ends_with('/')) path += "index.html";

  const auto root = real_path(files.directory);
  const auto file = real_path(files.directory + "/" + path);
  if (!root || !file || !file->starts_with(*root == "/" ? *root : *root + "/")) return not_found;
  // A link inside the directory may still lead to what is hidden there.
  if (has_hidden_part(std::string_view(*file).substr(root->size()))) return not_found;
  auto response = read_file(*file, request);
  if (!response) return not_found;
  if (response->status >= 400) return *std::move(response);
  response->content_type = media_type(path, files.types, known);
  response->headers.emplace_back("Cache-Control", cache_control(files.cache_timeout_s));
  return *std::move(response);
}

}  // namespace transport
