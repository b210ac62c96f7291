// A cluster without threads, sockets and NATS, whose nodes, clients and messaging system do what chance says:
// one run for each seed.
//
// The nodes are the router's own (router/cluster/node.h). Processes end, begin anew, drain and stand still;
// what is between them is the backplane, which is cut, slow, without a leader, loses and doubles. Clocks run
// up to 2 % apart. At the end all is well for longer than a lease, and then everything must be, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/simulation/cluster/promises.h"

namespace cluster_simulation {

class Simulation {
 public:
  // So many entries of the journal are kept, the last ones.
  explicit Simulation(uint64_t seed, Flaw flaw = Flaw::none, size_t journal_entries = 300);

  // All of it. It ends where a promise is broken.
  void run();
  const Journal& journal() const { return journal_; }

 private:
  static Timing timing_of(uint64_t seed, Chance& chance);
  std::vector<NodeName> names();
  void begin(size_t node);
  void end(size_t node);
  void step(milliseconds time);
  void something_happens();
  void cut_something();
  void process_ends_or_stands();
  void weather_changes();
  void operator_evicts();
  void pass(milliseconds time);
  void come_to_rest();
  void probe_names();
  double some_speed();

  Chance chance_;
  Time now_{std::chrono::seconds(1000)};
  const Timing timing_;
  const size_t nodes_;
  const size_t steps_between_troubles_;
  Journal journal_;
  Backplane backplane_;
  Stage stage_;
  std::vector<std::unique_ptr<Player>> players_;
  const World world_{stage_, players_};
  Promises promises_{world_, journal_};
  std::vector<Time> begins_at_;  // of nodes without a process; or never
};

}  // namespace cluster_simulation
