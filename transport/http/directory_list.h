// A page of links to what is in a directory, and links as such.
//
// Any thread; the directory is read while the client's loop waits.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "transport/http/http.h"

namespace transport {

// `name` as a part of a path in a URL: nothing in it is a scheme, a query, or another host.
std::string escaped_for_path(std::string_view name);

struct DirectoryToList {
  std::string path;       // of the file system, absolute
  std::string_view name;  // for people: "" or a path that ends in '/'
  // Whether what a symbolic link leads to is served; the path of the link.
  std::function<bool(const std::string& link)> is_served;
};

// The page for that request, or nothing if there is no such directory. Files and directories that are not
// hidden are in it.
std::optional<HttpResponse> directory_list(const DirectoryToList& directory, const HttpRequest& request);

}  // namespace transport
