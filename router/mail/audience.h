// Who gets the same events: the subscribers of a subscription, or those of them with the same node key.
//
// Each worker owns its part of an audience (router/worker/audiences.h). The realm's directory has the same
// members in the same places and posts each change, so a place is a number that both understand. What a
// worker needs of memory for a change is made by who posts it: so nothing that has been posted fails, and
// both stay the same.
#pragma once

#include <atomic>
#include <cstdint>

#include "router/config/config.h"
#include "router/tables/linear_hash_table.h"
#include "router/tables/piece_list.h"
#include "router/tables/seeded_hash.h"
#include "wamp/ids.h"

namespace router {

// One in the whole process, and never again.
using AudienceId = wamp::Id<struct AudienceTag>;

// Any thread.
inline AudienceId new_audience_id() {
  static std::atomic<uint64_t> last{0};
  return AudienceId(last.fetch_add(1, std::memory_order_relaxed) + 1);
}

// One of an audience, on its worker.
struct Subscriber {
  wamp::SessionId session;
  uint32_t slot = 0;
  config::SlowConsumer policy = config::SlowConsumer::disconnect;
};

// A worker's part of one.
struct Audience {
  AudienceId id;
  PieceList<Subscriber> subscribers;
};
using AudienceTable = LinearHashTable<Audience>;

// A new subscriber, at the end of its worker's part.
struct JoinAudience {
  AudienceId audience;
  Subscriber subscriber;
  PieceRoom<Subscriber> room;
  AudienceTable::Made made;  // the audience, if it is the first there
};

// A subscriber no longer. The last one comes in its place.
struct LeaveAudience {
  AudienceId audience;
  size_t place = 0;
};

}  // namespace router
