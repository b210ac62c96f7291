// What was found for a URI, and when: a route that threads share, and the stamp that tells whether it is
// still the one (RouteGenerations).
#pragma once

#include <cstddef>
#include <memory>

#include "router/matching/route_generations.h"

namespace router {

template <class Route>
struct StampedRoute {
  std::shared_ptr<const Route> route;  // null: it leads nowhere
  RouteGenerations::Stamp stamp;       // of nothing: none was found yet

  // Of memory.
  size_t bytes() const { return route ? route->bytes() : 0; }
};

}  // namespace router
