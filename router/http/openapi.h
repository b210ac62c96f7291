// What may be called over HTTP, as programs and people read it (OpenAPI 3.1).
//
// Any thread.
#pragma once

#include <string>
#include <vector>

#include "router/config/http_paths.h"
#include "router/http/client/reply.h"
#include "router/realm/realms.h"
#include "transport/http/http.h"

namespace router::http {

// At most so many procedures are told.
constexpr size_t max_told_procedures = 1000;

// `reply`: the role of who asks, or why it has none. `path_name`: "/api".
transport::HttpResponse openapi_response(const Realms& realms, const config::ApiPath& path,
                                         const std::string& path_name, const Reply& reply);
// Of these procedures, for those who log in like that, if they do.
std::string openapi_text(const std::string& path_name, const config::AuthMethods& auth,
                         const std::vector<std::string>& procedures);

}  // namespace router::http
