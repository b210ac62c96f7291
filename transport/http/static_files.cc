#include "transport/http/static_files.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport/http/conditional_request.h"
#include "transport/http/directory_list.h"

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

// Of a real path: it is in the directory, and not hidden there, where a link may lead to.
bool is_shown(const std::string& path, const std::string& root) {
  return path.starts_with(root == "/" ? root : root + "/") &&
         !has_hidden_part(std::string_view(path).substr(root.size()));
}

// The real path of a directory that is shown, or is the root itself.
std::optional<std::string> shown_directory(const std::string& path, const std::string& root) {
  auto real = real_path(path);
  std::error_code error;  // as good as none
  if (!real || (*real != root && !is_shown(*real, root)) || !std::filesystem::is_directory(*real, error))
    return std::nullopt;
  return real;
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

// Nothing if there is no such directory.
std::optional<HttpResponse> list_of(const StaticFiles& files, const std::string& root,
                                    std::string_view relative_path, const HttpRequest& request) {
  auto directory = shown_directory(files.directory + "/" + std::string(relative_path), root);
  if (!directory) return std::nullopt;
  const auto is_served = [&root](const std::string& link) {
    const auto real = real_path(link);
    return real && is_shown(*real, root);
  };
  return directory_list({*std::move(directory), relative_path, is_served}, request);
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

// Where a directory is that was asked for without a '/', if there is something to see: the links of its page
// would lead elsewhere. The path is the client's own, whatever a proxy has made of it; so the answer is
// relative to that, and has no '/' at its beginning and no scheme.
std::optional<HttpResponse> redirect(const StaticFiles& files, std::string_view relative_path,
                                     const HttpRequest& request) {
  if (relative_path.empty() || relative_path.ends_with('/') || has_hidden_part(relative_path))
    return std::nullopt;
  const auto root = real_path(files.directory);
  if (!root) return std::nullopt;
  const auto directory = shown_directory(files.directory + "/" + std::string(relative_path), *root);
  if (!directory) return std::nullopt;
  const auto index = real_path(*directory + "/index.html");
  std::error_code error;  // as good as none
  if (index ? !is_shown(*index, *root) || !std::filesystem::is_regular_file(*index, error)
            : !files.lists_directories)
    return std::nullopt;

  std::string location = escaped_for_path(relative_path.substr(relative_path.rfind('/') + 1)) + '/';
  // What a line of a header cannot have is not passed on.
  if (!request.query.empty() && std::all_of(request.query.begin(), request.query.end(),
                                            [](unsigned char c) { return c > 0x20 && c < 0x7F; }))
    location += '?' + request.query;
  HttpResponse response = text_response(301, "this is a directory: its path ends in '/'");
  response.headers = {{"Location", std::move(location)},
                      {"Cache-Control", cache_control(files.cache_timeout_s)}};
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
  if (!response) response = redirect(files, relative_path, request);
  if (!response && !files.default_file.empty()) response = found(files, files.default_file, request);
  return response ? *std::move(response) : text_response(404, "no such file");
}

}  // namespace transport
