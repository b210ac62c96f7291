// What plain HTTP needs: a parsed request, a response, and files of a directory.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transport {

// A request's head. Only GET and HEAD reach a Service; views are valid during the call that gets them.
struct HttpRequest {
  std::string method;
  std::string path;  // percent-decoded, without the query, always begins with '/'
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string peer_address;                                  // "127.0.0.1:4242", "[::1]:4242", "unix:"

  // The first header of that (lower-case) name, or "".
  std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// A response whose body is a short reason in plain text, ending in a newline.
HttpResponse text_response(int status, std::string_view reason);

// The file `relative_path` under `directory` ("" and paths that end in '/' mean index.html), or a 404. Never
// leaves the directory: "..", symbolic links that lead out, hidden files and special files give a 404 too.
HttpResponse static_file(const std::string& directory, std::string_view relative_path);

}  // namespace transport
