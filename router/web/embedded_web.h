// The page in web/, compiled into the program: what a transport serves where no directory is configured.
//
// Immutable and static: every view lives as long as the program; any thread may read them. The definitions
// are generated at build time (cmake/EmbedWeb.cmake).
#pragma once

#include <span>
#include <string_view>

namespace router {

struct EmbeddedFile {
  std::string_view path;          // in web/: "/index.html", "/panels/sessions.js"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view content;
  std::string_view zipped;  // the content, compressed by gzip
};

// All files, sorted by path.
std::span<const EmbeddedFile> embedded_web();

}  // namespace router
