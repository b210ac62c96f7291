// The router workers of a Crossbar file, served as one router.
//
// In Crossbar each worker is a router of its own, and workers may share a port. Here a realm that two of them
// have is one realm, and a transport that two of them have is one transport. What is merged is noted. What
// would let somebody do more than one of the workers says is refused.
#pragma once

#include <map>
#include <set>
#include <string>

#include "router/config/config.h"
#include "router/config/document/setting.h"

namespace router::config {

class OneRouter {
 public:
  explicit OneRouter(Config& config) : config_(config) {}

  // Throw ConfigError.
  void add_realm(const Setting& setting, Realm realm);
  void add_transport(const Setting& setting, Transport transport);

 private:
  using Places = std::map<std::string, Setting>;

  void add_role(const Setting& setting, Realm& realm, Role role);

  Config& config_;
  // Where the file has them first: realms by name, roles by "REALM ROLE", transports by address.
  Places realms_, roles_, transports_;
  std::set<std::string> stores_;  // their files
};

}  // namespace router::config
