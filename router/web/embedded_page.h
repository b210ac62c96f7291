// The page that is built into the program, as one path of a transport serves it: its files, and what it must
// know of the transport.
//
// Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "router/entrance/entrance.h"
#include "transport/http/http.h"

namespace router {

struct PagePlace {
  std::string_view name;         // of the path, as configured: "/console"
  std::string_view rest;         // of the request's path, behind the configured one: "panels/sessions.js"
  uint32_t cache_timeout_s = 0;  // for which browsers may keep a file
};

// To a GET or HEAD. "connection.json" is what the page reads first: where WebSocket and calls over HTTP are
// served beside it, how one may log in, and the realms that everybody may join.
transport::HttpResponse embedded_page(const Entrance& entrance, const transport::HttpRequest& request,
                                      const PagePlace& place);

}  // namespace router
