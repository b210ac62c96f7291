// Files of a directory, over HTTP.
//
// Any thread. A file is read while the client's loop waits, so it must not be large, and so is a list of what
// is in a directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "transport/http/http.h"
#include "transport/http/media_types.h"

namespace transport {

struct StaticFiles {
  std::string directory;
  MediaTypes types = {};  // before those that are known
  uint32_t cache_timeout_s =
      0;  // for which clients may keep a file without asking whether it is still the same
  bool lists_directories = false;  // that have no index.html
  std::string default_file = {};   // in place of what is not there; empty: none
};

// Of a file, or a part of one, that a client may keep.
std::string cache_control(uint32_t cache_timeout_s);

// To a GET or HEAD: the file `relative_path` under the directory ("" and paths that end in '/' mean
// index.html, or a list of what is there), or what the request wants of it, or a 404. To the path of such a
// directory without the '/' it is a redirection to the one with it. Never leaves the directory: "..",
// symbolic links that lead out, hidden files and special files give a 404 too, and are in no list.
HttpResponse static_file(const StaticFiles& files, std::string_view relative_path,
                         const HttpRequest& request);

}  // namespace transport
