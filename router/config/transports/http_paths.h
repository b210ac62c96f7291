// Reads paths that serve plain HTTP requests.
#pragma once

#include <string>
#include <vector>

#include "router/config/clients/auth.h"
#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

// "caller", "publisher", "webhook", "http", "json", "redirect" and "nodeinfo".
const Words& http_path_types();

// `type` is one of these. Throws a Fault.
Path read_http_path(const Setting& setting, const std::string& type, const std::vector<Realm>& realms);

RoleNames names_of_roles(const std::vector<Realm>& realms);

}  // namespace router::config
