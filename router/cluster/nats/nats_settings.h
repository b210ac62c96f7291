// Where NATS is, and as whom one connects: plain data.
#pragma once

#include <string>
#include <vector>

#include "router/cluster/words/words.h"

namespace router::cluster {

struct NatsSettings {
  std::string cluster = {};            // [A-Za-z0-9-]{1,32}
  NodeName node = {};                  // this one's
  std::vector<std::string> urls = {};  // nats://HOST:PORT; at least one. USER:PASSWORD@ may be in it

  std::string credentials = {};  // the name of a file with a user's JWT and seed; empty: none

  std::string bucket() const { return "wampd-" + cluster; }
  std::string stream() const { return "KV_" + bucket(); }
  std::string key_subjects() const { return "$KV." + bucket() + "."; }
};

}  // namespace router::cluster
