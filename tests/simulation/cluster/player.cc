#include "tests/simulation/cluster/player.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/simulation/cluster/promises.h"

namespace cluster_simulation {
namespace {

std::string as_text(const Fact& fact) {
  return (fact.kind == Fact::Kind::subscribers ? "subscribers of " : "callees of ") + fact.of.uri;
}

// Nodes begin to look for a slot at the place that this says: here often at the same one.
uint64_t some_process(Chance& chance) {
  constexpr uint64_t slots = 255;
  return chance.any() / slots * slots + chance.below(3);
}

}  // namespace

Player::Player(Stage& stage, size_t number, const NodeName& name, double speed)
    : stage_(stage),
      number_(number),
      name_(name),
      speed_(speed),
      began_at_(stage.backplane.now()),
      liar_(stage.flaw, name),
      node_(name, some_process(stage.chance), stage.timing, liar_, *this),
      awake_since_(began_at_) {
  note("begins");
  liar_.stand_between(node_, stage_.backplane.attach(number, *this));
}

Player::~Player() {
  stage_.backplane.detach(number_);
}

void Player::note(const std::string& text) {
  stage_.journal.note(cluster_simulation::as_text(NodeId{name_, node_.membership().self().incarnation}) +
                      " " + text);
}

// ---- time

bool Player::is_awake() const {
  return frozen_at_ == Time();
}

Time Player::local_time() const {
  const Time now = stage_.backplane.now();
  Time::duration passed = now - began_at_;
  if (stage_.flaw == Flaw::clock_that_sleeps) {
    passed -= slept_;
    if (!is_awake()) passed -= now - frozen_at_;
  }
  const auto by_its_clock = std::chrono::duration_cast<Time::duration>(passed * speed_);
  return Time(std::chrono::hours(number_ + 1)) + by_its_clock;
}

void Player::freeze(milliseconds time) {
  if (!is_awake()) return;
  note("is frozen for " + std::to_string(time.count()) + " ms");
  frozen_at_ = stage_.backplane.now();
  frozen_until_ = frozen_at_ + time;
}

void Player::thaw() {
  if (is_awake()) return;
  awake_since_ = stage_.backplane.now();
  slept_ += awake_since_ - frozen_at_;
  frozen_at_ = {};
  note("goes on");
}

void Player::step() {
  if (!is_awake()) return;
  const Time now = local_time();
  liar_.pass(now);
  if (now >= next_tick_) {
    next_tick_ = now + milliseconds(20 + stage_.chance.below(100));
    node_.tick(now);
  }
  if (!stage_.is_quiet && !hopes_.empty() && stage_.chance.one_in(4)) try_again();
  do_what_is_left();
  std::vector<Due> due;
  std::erase_if(answers_, [&](const Due& one) {
    if (one.at <= now) due.push_back(one);
    return one.at <= now;
  });
  for (const Due& one : due)
    if (has_incarnation() && node_.peer(one.to.name) == one.to)
      node_.send(one.to, numbered(one.to, one.text));
}

// ---- what clients do

void Player::act() {
  if (!is_awake() || node_.membership().is_draining()) return;
  Chance& chance = stage_.chance;
  const size_t what = chance.below(100);
  if (what < 15)
    return subscribe(
        {Fact::Kind::subscribers, chance.one_in(3) ? chance.of(stage_.patterns) : chance.of(stage_.topics)});
  if (what < 27)
    return unsubscribe(
        {Fact::Kind::subscribers, chance.one_in(3) ? chance.of(stage_.patterns) : chance.of(stage_.topics)});
  if (what < 45) {
    // The first is mostly exclusive.
    const size_t procedure = chance.below(stage_.procedures.size());
    const Policy policy =
        procedure == 0 || chance.one_in(3) ? Policy::single : static_cast<Policy>(1 + chance.below(2));
    return register_(stage_.procedures[procedure], policy);
  }
  if (what < 52) return unregister(chance.of(stage_.procedures));
  if (what < 80) return publish(chance.of(stage_.topics));
  call(chance.of(stage_.procedures));
}

void Player::offer(const Fact& fact, uint32_t count) {
  if (count > 0)
    offered_[fact] = count;
  else
    offered_.erase(fact);
  const uint64_t number = node_.change({{fact, count}});
  note((count > 0 ? "offers " : "takes back ") + as_text(fact) + ": facts " + std::to_string(number));
  if (count == 0) {
    told_.erase(fact);
    std::erase_if(pending_, [&](const Pending& one) { return one.fact == fact; });
  } else {
    pending_.push_back({number, fact});
  }
}

void Player::subscribe(const Fact& fact) {
  if (!offered_.contains(fact)) offer(fact, 1);
}

void Player::unsubscribe(const Fact& fact) {
  if (offered_.contains(fact)) offer(fact, 0);
}

void Player::try_again() {
  const auto [name, policy] = stage_.chance.of(hopes_);
  if (wants_.contains(name)) return;
  wants_[name] = policy;
  node_.want(name, policy, local_time());
}

void Player::register_(const Name& procedure, Policy policy) {
  if (wants_.contains(procedure)) return;
  note("wants " + procedure.uri + " by policy " + std::to_string(static_cast<int>(policy)));
  wants_[procedure] = policy;
  node_.want(procedure, policy, local_time());
  do_what_is_left();
}

void Player::unregister(const Name& procedure) {
  if (!wants_.contains(procedure)) return;
  note("wants " + procedure.uri + " no longer");
  hopes_.erase(procedure);
  if (const Fact fact{Fact::Kind::callees, procedure}; offered_.contains(fact)) offer(fact, 0);
  wants_.erase(procedure);
  node_.release(procedure, local_time());
}

void Player::drain() {
  if (!is_awake()) return;
  note("drains");
  node_.drain(local_time());
}

void Player::evict(const NodeName& name) {
  if (is_awake() && node_.evict(name, local_time())) note("is told that " + name + " has ended");
}

std::string Player::numbered(const NodeId& to, const std::string& text) {
  const uint64_t number = ++said_[{node_.membership().self(), to}];
  stage_.promises.tell(&Promise::on_sent, node_.membership().self(), to, number);
  return std::to_string(number) + " " + text;
}

void Player::publish(const Name& topic) {
  std::vector<NodeId> to = node_.interested(topic.realm, topic.uri);
  stage_.promises.tell(&Promise::on_published, *this, topic, to);
  if (!has_incarnation()) return;
  for (const NodeId& one : to) node_.send(one, numbered(one, "event"));
}

void Player::call(const Name& procedure) {
  const std::map<NodeName, uint32_t> callees = node_.callees(procedure, local_time());
  if (callees.empty() || !has_incarnation()) return;
  const NodeId to = *node_.peer(stage_.chance.of(callees).first);
  const CallNumber call = ++stage_.last_call;
  calls_[call] = {procedure, to, stage_.backplane.now()};
  const size_t which =
      static_cast<size_t>(std::ranges::find(stage_.procedures, procedure) - stage_.procedures.begin());
  note("calls " + procedure.uri + " on " + cluster_simulation::as_text(to) + ": call " +
       std::to_string(call));
  stage_.promises.tell(&Promise::on_called, *this, call);
  node_.send_call(call, to, numbered(to, "call " + std::to_string(call) + " " + std::to_string(which)));
}

std::optional<Policy> Player::granted(const Name& procedure) const {
  if (!node_.is_granted(procedure)) return std::nullopt;
  return wants_.at(procedure);
}

// ---- what comes

void Player::on_announcement(const Announcement& said, Time now) {
  liar_.on_announcement(said, now);
  do_what_is_left();
}

void Player::on_entries(const std::vector<Entry>& entries, bool is_all, Time now) {
  liar_.on_entries(entries, is_all, now);
  do_what_is_left();
}

void Player::on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) {
  liar_.on_outcome(key, ticket, outcome, revision, now);
  do_what_is_left();
}

void Player::on_letter(const Letter& letter, Time now) {
  liar_.on_letter(letter, now);
  do_what_is_left();
}

std::vector<Change> Player::offered() const {
  std::vector<Change> all;
  for (const auto& [fact, count] : offered_) all.push_back({fact, count});
  return all;
}

void Player::on_confirmed(uint64_t facts) {
  while (!pending_.empty() && pending_.front().number <= facts) {
    note("is told that all know its " + as_text(pending_.front().fact));
    told_.insert(pending_.front().fact);
    pending_.pop_front();
  }
}

void Player::on_granted(const Name& name) {
  granted_.push_back(name);
}

void Player::on_refused(const Name& name, const NameEntry& by) {
  if (const Policy policy = wants_.at(name); hopes_.contains(name) || stage_.chance.one_in(3))
    hopes_[name] = policy;
  else
    note("does not get " + name.uri + ": " + cluster_simulation::as_text(Value(by)));
  wants_.erase(name);
  refused_.push_back(name);
  stage_.promises.tell(&Promise::on_refused, *this, name, by);
}

void Player::do_what_is_left() {
  for (const Name& name : std::exchange(granted_, {})) {
    note("has " + name.uri);
    const Fact fact{Fact::Kind::callees, name};
    if (wants_.contains(name) && !offered_.contains(fact)) offer(fact, 1);
  }
  for (const Name& name : std::exchange(refused_, {}))
    if (const Fact fact{Fact::Kind::callees, name}; offered_.contains(fact)) offer(fact, 0);
  stage_.promises.tell(&Promise::on_step);
}

void Player::on_gap(const NodeId& from, const Missed& gap) {
  note("misses mail " + std::to_string(gap.first) + " to " + std::to_string(gap.last) + " of " +
       cluster_simulation::as_text(from));
  stage_.promises.tell(&Promise::on_gap, from, node_.membership().self(), gap);
}

void Player::on_mail(const NodeId& from, const std::string& bytes) {
  std::istringstream words(bytes);
  uint64_t number = 0;
  std::string what;
  words >> number >> what;
  stage_.promises.tell(&Promise::on_received, from, node_.membership().self(), number);
  CallNumber call = 0;
  size_t procedure = 0;
  words >> call >> procedure;
  if (what == "call") return answer(from, call, procedure);
  if (what != "event" && node_.end_call(call)) end(call, what);
}

void Player::answer(const NodeId& from, CallNumber call, size_t procedure) {
  const bool is_served = may_serve(stage_.procedures[procedure]);
  if (is_served) stage_.promises.tell(&Promise::on_carried_out, *this, call);
  const milliseconds takes(is_served ? stage_.chance.below(300) : 0);
  answers_.push_back({local_time() + takes, from, (is_served ? "result " : "error ") + std::to_string(call)});
}

void Player::on_call_failed(CallNumber call, const NodeId&) {
  end(call, "network failure");
}

void Player::end(CallNumber call, const std::string& how) {
  note("has the end of call " + std::to_string(call) + ": " + how);
  stage_.promises.tell(&Promise::on_ended, *this, call);
  calls_.erase(call);
}

}  // namespace cluster_simulation
