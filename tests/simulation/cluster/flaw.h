// Bugs that are put in on purpose, to see that the promises find them.
#pragma once

#include <cstdint>

namespace cluster_simulation {

enum class Flaw : uint8_t {
  none,
  // ---- leases and names
  old_incarnation,      // who was evicted comes back as who it was
  no_margin,            // others evict when the lease is over, and not later
  lease_too_long,       // the own lease is thought to be longer than others know
  clock_that_sleeps,    // time in which a process does not run is not counted
  clocks_far_apart,     // 15 % instead of 2 %
  trusted_read,         // what reads as free is taken without asking
  unknown_is_accepted,  // a write of a name without an answer is thought to be done
  unknown_is_refused,   // or not to be done
  deletions_unseen,     // the watch leaves withdrawn keys of nodes out
  part_is_all,          // the keys that are told are thought to be all there are; hardly ever found
  living_evicted,       // operators evict nodes that have not ended
  slots_unseen,         // what slots others have is not seen
  slot_ages_unseen,     // each is thought to be as new as its key
  names_kept,           // who has no callee any more keeps the name
  // ---- facts
  confirmed_early,      // a confirmation is taken for one more than it says
  facts_gap_unnoticed,  // a change that did not come is thought to be known
  snapshot_unsent,      // nobody answers who asks for a snapshot
  parts_unnoticed,      // a part of a snapshot that did not come is not missed
  // ---- mail
  mail_gap_unnoticed,   // mail that did not come is not missed
  last_mail_unnoticed,  // only if more comes
  doubled_mail_taken,   // what comes twice is taken twice
};

}  // namespace cluster_simulation
