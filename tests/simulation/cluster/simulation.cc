#include "tests/simulation/cluster/simulation.h"

#include <algorithm>
#include <string>

namespace cluster_simulation {
namespace {

constexpr size_t fewest_nodes = 3, more_nodes = 3;
constexpr milliseconds longest_step{25};

Name exact(const char* uri) {
  return {"realm1", uri, wamp::MatchPolicy::exact};
}

}  // namespace

Timing Simulation::timing_of(uint64_t seed, Chance& chance) {
  Timing timing;
  if (seed % 4 == 0) timing.snapshot_part = 1;
  timing.lease = chance.of({milliseconds(2'000), milliseconds(3'000), milliseconds(10'000)});
  return timing;
}

std::vector<NodeName> Simulation::names() {
  std::vector<NodeName> all;
  for (size_t node = 0; node < nodes_; ++node) all.push_back(std::string(1, static_cast<char>('a' + node)));
  return all;
}

Simulation::Simulation(uint64_t seed, Flaw flaw, size_t journal_entries)
    : chance_(seed),
      timing_(timing_of(seed, chance_)),
      nodes_(fewest_nodes + chance_.below(more_nodes)),
      steps_between_troubles_(chance_.of({size_t{30}, size_t{60}, size_t{200}, size_t{400}})),
      journal_(journal_entries),
      backplane_(chance_, journal_, names()),
      stage_{chance_,
             journal_,
             backplane_,
             promises_,
             flaw,
             timing_,
             {exact("com.first"), exact("com.second")},
             {exact("com.a"), exact("com.b"), exact("org.a")},
             {{"realm1", "com.", wamp::MatchPolicy::prefix}, {"realm1", ".a", wamp::MatchPolicy::wildcard}}},
      players_(nodes_),
      begins_at_(nodes_, now_) {}

// Any two are 2 % apart at most.
double Simulation::some_speed() {
  const double most = stage_.flaw == Flaw::clocks_far_apart ? 0.075 : 0.01;
  return 1 + most * chance_.of({-1.0, -1.0, 0.0, 1.0, 1.0});
}

void Simulation::begin(size_t node) {
  begins_at_[node] = Time::max();
  players_[node] = std::make_unique<Player>(stage_, node, names()[node], some_speed());
}

void Simulation::end(size_t node) {
  if (!players_[node]) return;
  journal_.note(players_[node]->name() + " ends");
  promises_.tell(&Promise::on_end, *players_[node]);
  players_[node].reset();
  begins_at_[node] = chance_.one_in(3) ? now_ : now_ + milliseconds(chance_.below(15'000));
}

void Simulation::step(milliseconds time) {
  now_ += time;
  backplane_.set_time(now_);
  for (const auto& player : players_)
    if (player && player->is_to_thaw()) player->thaw();
  backplane_.pass();
  for (size_t node = 0; node < nodes_; ++node) {
    if (!players_[node] && now_ >= begins_at_[node]) begin(node);
    if (players_[node]) players_[node]->step();
  }
  promises_.tell(&Promise::on_step);
}

void Simulation::pass(milliseconds time) {
  for (const Time until = now_ + time; now_ < until && !journal_.is_broken();) {
    step(milliseconds(1 + chance_.below(static_cast<size_t>(longest_step.count()))));
    if (stage_.is_quiet) continue;
    if (const auto& player = chance_.of(players_); player && chance_.one_in(2)) player->act();
    if (chance_.one_in(steps_between_troubles_)) something_happens();
  }
}

// ---- what goes wrong

void Simulation::something_happens() {
  const size_t what = chance_.below(11);
  if (what == 10) return operator_evicts();
  if (what < 4) return cut_something();
  if (what < 7) return process_ends_or_stands();
  weather_changes();
}

void Simulation::cut_something() {
  const size_t one = chance_.below(nodes_), other = chance_.below(nodes_);
  const Cut cut = chance_.one_in(3) ? Cut::none : chance_.of({Cut::loses, Cut::holds});
  const std::string text = cut == Cut::none    ? " is healed"
                           : cut == Cut::loses ? " is cut, and loses"
                                               : " is cut, and holds";
  const size_t what = chance_.below(4);
  if (what == 0 && one != other) {
    journal_.note("from " + names()[one] + " to " + names()[other] + text);
    return backplane_.cut(one, other, cut);
  }
  if (what == 1) {
    journal_.note("from " + names()[one] + " to the keys" + text);
    return backplane_.cut_off(one, cut);
  }
  journal_.note(names()[one] + text);
  for (size_t node = 0; node < nodes_; ++node) {
    if (node == one) continue;
    backplane_.cut(one, node, cut);
    backplane_.cut(node, one, cut);
  }
  backplane_.cut_off(one, cut);
}

void Simulation::process_ends_or_stands() {
  const size_t node = chance_.below(nodes_);
  if (!players_[node]) return;
  const size_t what = chance_.below(6);
  if (what == 0) return end(node);
  if (what == 1) return players_[node]->drain();
  if (what == 2 && players_[node]->node().membership().is_draining()) return end(node);
  const size_t most = chance_.one_in(2) ? 1'500 : static_cast<size_t>(timing_.lease.count() * 2);
  players_[node]->freeze(milliseconds(chance_.below(most)));
}

// Who knows that a process has ended says so to any node.
void Simulation::operator_evicts() {
  const size_t lost = chance_.below(nodes_);
  const auto& asked = chance_.of(players_);
  if (players_[lost] && stage_.flaw != Flaw::living_evicted) return;
  if (asked && asked->name() != names()[lost]) asked->evict(names()[lost]);
}

void Simulation::weather_changes() {
  switch (chance_.below(6)) {
    case 0:
      journal_.note("the keys have no leader");
      return backplane_.lose_leader(milliseconds(chance_.of({150, 2'000, 7'500})));
    case 1: {
      const size_t node = chance_.below(nodes_);
      return backplane_.set_watch_delay(node, milliseconds(chance_.of({0, 300, 4'000})));
    }
    case 2:
      return backplane_.set_slowness(milliseconds(chance_.of({0, 0, 800, 3'000})));
    case 3:
      return backplane_.set_losses(chance_.of({size_t{0}, size_t{0}, size_t{50}, size_t{8}}));
    case 4:
      return backplane_.set_doubles(chance_.of({size_t{0}, size_t{20}}));
    default:
      journal_.note("all is healed");
      return backplane_.heal();
  }
}

// ---- all of it

void Simulation::run() {
  pass(milliseconds(5'000 + chance_.below(40'000)));
  come_to_rest();
}

void Simulation::come_to_rest() {
  journal_.note("all goes well from now on");
  backplane_.heal();
  stage_.is_quiet = true;
  for (size_t node = 0; node < nodes_; ++node) {
    if (players_[node] && players_[node]->node().membership().is_draining()) end(node);
    if (players_[node]) players_[node]->thaw();
    begins_at_[node] = players_[node] || chance_.one_in(3) ? Time::max() : now_;
  }
  // A lease and the time until it is noticed; the time for answers that were lost before; and what comes of
  // it.
  pass(timing_.lease + timing_.lease / 20 + timing_.least_margin + milliseconds(6'000));
  if (!journal_.is_broken()) promises_.tell(&Promise::at_rest);
  probe_names();
}

void Simulation::probe_names() {
  for (const Name& name : stage_.procedures)
    for (const auto& player : players_)
      if (player && !player->wants(name) && !journal_.is_broken()) player->register_(name, Policy::single);
  pass(milliseconds(1'500));
  if (!journal_.is_broken()) promises_.tell(&Promise::at_rest);
}

}  // namespace cluster_simulation
