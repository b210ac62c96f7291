// A router without threads and sockets, whose workers and clients do what chance says: one run for each seed.
//
// The classes are the router's own: workers, mailboxes, realms, sessions. One thread plays all of theirs:
// Mailbox::bind_to_this_thread() says whose it is. What threads do to each other is played as well: wherever
// the router says something to a client, other workers may go on before it returns, so a worker is overtaken
// in the middle of its mail, or of a request, with the rest of it still to be done. (What one turn with the
// realm's lock posts to a worker is taken together: nobody is in between.) Time is a clock that is told to
// go on, and the same seed makes the same run.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "router/config/config.h"
#include "router/realm/realms.h"
#include "router/worker/worker.h"
#include "tests/router/support/manual_clock.h"
#include "tests/simulation/client.h"

namespace simulation {

class Simulation {
 public:
  // So many entries of the journal are kept, the last ones.
  explicit Simulation(uint64_t seed, size_t journal_entries = 200);
  ~Simulation();

  // All of it: the clients do what they like, come to rest, or do not, and leave. It ends where a promise is
  // broken.
  void run();
  const Journal& journal() const { return journal_; }

 private:
  class Acting;

  static router::config::Config config_of(Chance& chance);
  std::shared_ptr<router::Realm> make_realm(const router::config::Realm& config);
  std::shared_ptr<const router::Entrance> entrance(const std::string& role);
  router::Realm& realm() { return *realm_; }

  // Something happens on a worker that has nothing else to do.
  void step();
  void step_on(uint32_t worker);
  // The same while another one is in the middle of something.
  void meanwhile();
  void end_turn(uint32_t worker);
  void time_passes(std::chrono::milliseconds time);
  void ring_for_the_realm();
  void ring_for_calls(uint32_t worker);
  void reload();

  // Everybody reads and answers until there is nothing to be said any more.
  void come_to_rest();
  bool is_anything_said();
  void everybody_leaves();
  void drain();
  // Nothing of the clients is left.
  void check_that_nothing_is_left();
  void require_nothing(size_t left, const std::string& what);
  // All addresses of the worker are free.
  void check_addresses(router::Worker& worker);

  const uint64_t seed_;
  Chance chance_;
  Journal journal_;
  router::ManualClock clock_;
  const router::config::Config config_;
  Ledger ledger_{clock_};
  Promises promises_{ledger_, journal_};
  std::vector<router::Mailbox*> mailboxes_;
  router::Realms realms_;
  std::shared_ptr<router::Realm> realm_;
  router::Realm::Counts at_first_;
  router::SteadyTime due_ = router::SteadyTime::max();  // when the realm's timer is to ring
  std::vector<router::SteadyTime> due_calls_;           // the same of the calls of each worker
  std::vector<std::shared_ptr<const router::Entrance>> entrances_;
  std::vector<std::unique_ptr<router::Worker>> workers_;
  Stage stage_;
  std::vector<std::vector<std::unique_ptr<Client>>> clients_;  // by worker
  std::vector<uint32_t> acting_;                               // workers, each in the middle of something
  bool may_overtake_ = true;
  bool is_winding_up_ = false;  // nobody asks for anything new
};

}  // namespace simulation
