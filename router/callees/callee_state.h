// A session that may be called, as callers on any thread see it.
//
// Made when the session joins its realm; shared by all that may call it. What changes is atomic: who calls by
// an old state does what it would have done a moment earlier.
#pragma once

#include <atomic>
#include <cstddef>

#include "router/base/session_ref.h"
#include "router/callees/callee_room.h"
#include "wamp/features.h"

namespace router {

struct CalleeState {
  CalleeState(const SessionRef& its_ref, const wamp::ClientFeatures& its_features, size_t most)
      : ref(its_ref), features(its_features), room(most) {}

  bool takes_calls() const { return present.load() && !clogged.load() && room.any(); }
  // It takes calls, and the realm, which is waited for that, is to be told.
  bool is_wanted_again() { return takes_calls() && awaited.load() && awaited.exchange(false); }

  const SessionRef ref;
  const wamp::ClientFeatures features;
  std::atomic<bool> present = true;   // the realm clears it
  std::atomic<bool> clogged = false;  // so much waits for its peer that it gets no call
  std::atomic<bool> suspect = false;  // silent for long: others get calls first
  std::atomic<bool> paused = false;   // it is not read, as somebody does not take what it streams
  // Calls wait that it could not take: its session tells the realm when it can.
  std::atomic<bool> awaited = false;
  CalleeRoom room;
};

}  // namespace router
