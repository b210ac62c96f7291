// Where NATS is, and as whom one connects: plain data.
#pragma once

#include <string>
#include <vector>

#include "router/cluster/words/words.h"

namespace router::cluster {

struct NatsSettings {
  std::string cluster;            // [A-Za-z0-9-]{1,32}
  NodeName node;                  // this one's
  std::vector<std::string> urls;  // nats://HOST:PORT or tls://; at least one. USER:PASSWORD@ may be in it

  // Names of files; empty: none.
  std::string credentials;      // a user's JWT and seed
  std::string ca_certificates;  // whom to trust, in the place of the system's
  std::string certificate, key;

  std::string bucket() const { return "wampd-" + cluster; }
  std::string stream() const { return "KV_" + bucket(); }
  std::string key_subjects() const { return "$KV." + bucket() + "."; }
};

}  // namespace router::cluster
