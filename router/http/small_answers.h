// Paths with an answer that is always the same: JSON values, redirects, and what runs here.
//
// Any thread.
#pragma once

#include <optional>

#include "router/config/config.h"
#include "transport/http/http.h"

namespace router::http {

// To a GET or HEAD; nothing: it is another kind of path.
std::optional<transport::HttpResponse> small_answer(const config::Path& path,
                                                    const transport::HttpRequest& request);

}  // namespace router::http
