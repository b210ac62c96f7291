// The address of a session: what everybody but its own worker holds instead of a pointer.
//
// The slot makes the worker's lookup an index; the id tells whether the slot still holds the same session.
#pragma once

#include <cstdint>

#include "wamp/ids.h"

namespace router {

struct SessionRef {
  uint32_t worker = 0;
  uint32_t slot = 0;
  wamp::SessionId session;

  friend bool operator==(const SessionRef&, const SessionRef&) = default;
};

}  // namespace router
