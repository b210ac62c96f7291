// Makes the bucket of a cluster's keys: for whoever sets a cluster up.
#pragma once

#include <optional>
#include <string>

#include "router/cluster/nats/nats_settings.h"

namespace router::cluster {

// Waits for the servers, on any thread. `replicas`: 1, 3 or 5. What is wrong, if something is; it is not if
// the bucket is there already and is like that.
std::optional<std::string> make_bucket(const NatsSettings& settings, int replicas);

}  // namespace router::cluster
