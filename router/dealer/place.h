// Where a session's ends of calls are, and whom they know. All of it outlives them.
#pragma once

#include <atomic>

#include "router/base/clock.h"
#include "router/dealer/call_table.h"
#include "router/dealer/procedures.h"
#include "router/mail/outbox.h"
#include "router/member/seat.h"

namespace router::dealer {

struct Place {
  Seat& seat;
  CallTable& table;
  Outbox& outbox;
  const Clock& clock;
  Procedures& procedures;
  const RouteGenerations& generations;  // of the routes that `procedures` finds
  const std::atomic<bool>& draining;    // new calls are refused
};

}  // namespace router::dealer
