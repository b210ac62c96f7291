// Reads "auth" and "cookie" of a transport, in Crossbar's vocabulary.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "router/config/authentication.h"
#include "router/config/document/setting.h"

namespace router::config {

using RoleNames = std::set<std::string, std::less<>>;

// `roles` are those of all realms. Throws ConfigError.
AuthMethods read_auth(const Setting& auth, const RoleNames& roles);
CookieTracking read_cookie(const Setting& cookie);

// Everybody may come in, as that role.
AuthMethods anonymous_as(std::string_view role);

}  // namespace router::config
