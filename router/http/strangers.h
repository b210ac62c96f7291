// What the headers of a request to an "http" path tell of who asks, before its body is read.
//
// Any thread.
#pragma once

#include <cstddef>
#include <optional>

#include "router/config/http_paths.h"
#include "router/entrance/entrance.h"
#include "transport/http/http.h"

namespace router::http {

// Nothing wrong can be seen: the headers say who asks, and a body that is longer than a stranger may send
// before the login comes from somebody whose ticket or token is right. A wrong ticket counts as a failed
// login.
std::optional<transport::HttpResponse> refuse_stranger(const Entrance& entrance, const config::ApiPath& path,
                                                       const transport::HttpRequest& request,
                                                       size_t body_size);
// To a request that does not say who asks.
transport::HttpResponse nobody_asks();

}  // namespace router::http
