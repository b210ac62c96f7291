#include "tests/simulation/simulation.h"

#include <algorithm>
#include <utility>

#include "router/config/file/default_config.h"
#include "router/session/session.h"

namespace simulation {
namespace {

using router::config::SlowConsumer;
using std::chrono::milliseconds;

constexpr size_t rounds_to_rest = 20000;

}  // namespace

// As long as it lives, this thread is that of the worker.
class Simulation::Acting {
 public:
  Acting(Simulation& simulation, uint32_t worker) : simulation_(simulation) {
    simulation_.acting_.push_back(worker);
    simulation_.mailboxes_[worker]->bind_to_this_thread();
  }
  ~Acting() {
    simulation_.acting_.pop_back();
    if (!simulation_.acting_.empty())
      simulation_.mailboxes_[simulation_.acting_.back()]->bind_to_this_thread();
  }
  Acting(const Acting&) = delete;

 private:
  Simulation& simulation_;
};

router::config::Config Simulation::config_of(Chance& chance) {
  router::config::Config config = router::config::default_config();
  router::config::TransportLimits& limits = config.transports.front().limits;
  if (chance.one_in(2)) {
    limits.max_queued_bytes = 4096;
    limits.max_message_size = 2048;  // of which there must be room beside what waits
  }
  router::config::Realm& realm = config.realms.front();
  realm.limits.probe_timeout_ms = 2;
  realm.limits.waiting_calls_per_registration = 20;
  realm.store.event_history = {{"com.kept", wamp::MatchPolicy::exact, 10}};
  router::config::Role& role = realm.roles.front();
  role.slow_consumer =
      chance.of({SlowConsumer::disconnect, SlowConsumer::drop_oldest, SlowConsumer::conflate});
  role.permissions.front().force_reregister = true;
  router::config::Role asked = role;
  asked.name = "asked";
  asked.authorizer.emplace();
  asked.authorizer->procedure = "com.auth";
  asked.authorizer->timeout_ms = 3;
  asked.authorizer->cache_by = chance.of({router::config::DynamicAuthorizer::CacheBy::session,
                                          router::config::DynamicAuthorizer::CacheBy::role});
  asked.authorizer->max_held_requests = 4;
  realm.roles.push_back(std::move(asked));
  return config;
}

Simulation::Simulation(uint64_t seed, size_t journal_entries)
    : seed_(seed),
      chance_(seed),
      journal_(journal_entries),
      config_(config_of(chance_)),
      realms_([this](const router::config::Realm& config) { return make_realm(config); }),
      stage_{chance_, ledger_, journal_, promises_, entrances_,
             config_.realms.front().roles.front().slow_consumer != SlowConsumer::disconnect,
             // Enough of it makes a stream wait for who does not read.
             chance_.one_in(8) ? size_t{300'000} : 0, [this] { meanwhile(); },
             [this] {
               return std::ranges::any_of(mailboxes_, [](const auto* one) { return one->unsent_count() > 0; });
             }} {
  constexpr size_t most_workers = 5, fewest_clients = 3, more_clients = 6;
  const size_t workers = 2 + chance_.below(most_workers - 1);
  for (uint32_t number = 0; number < workers; ++number) {
    workers_.push_back(std::make_unique<router::Worker>(number, seed + number));
    mailboxes_.push_back(&workers_.back()->mailbox());
  }
  for (const auto& worker : workers_) worker->know(mailboxes_);
  due_calls_.assign(workers, router::SteadyTime::max());
  realms_.commit(realms_.prepare(config_.realms));
  realm_ = realms_.find("realm1");
  at_first_ = realm().counts();
  entrances_ = {entrance("anonymous"), entrance("anonymous"), entrance("anonymous"), entrance("asked")};
  if (chance_.one_in(4)) clock_.ticks(milliseconds(1));
  const size_t clients = fewest_clients + chance_.below(more_clients);
  clients_.resize(workers);
  for (size_t place = 0; place < clients * workers; ++place)
    clients_[place % workers].push_back(std::make_unique<Client>(stage_, *workers_[place % workers], place));
}

Simulation::~Simulation() {
  may_overtake_ = false;
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) {
    const Acting acting(*this, worker);
    for (const auto& client : clients_[worker]) client->hang_up();
  }
  clients_.clear();
  realms_.close();
}

std::shared_ptr<router::Realm> Simulation::make_realm(const router::config::Realm& config) {
  auto realm = std::make_shared<router::Realm>(config, mailboxes_, seed_, clock_);
  realm->set_timer([this](router::SteadyTime time) { due_ = std::min(due_, time); });
  for (uint32_t worker = 0; worker < workers_.size(); ++worker)
    realm->set_timer_of_calls(worker, [this, worker](router::SteadyTime time) {
      due_calls_[worker] = std::min(due_calls_[worker], time);
    });
  return realm;
}

std::shared_ptr<const router::Entrance> Simulation::entrance(const std::string& role) {
  router::config::Transport transport = config_.transports.front();
  transport.auth.at("anonymous").principals.at("").role = role;
  return std::make_shared<const router::Entrance>(
      router::Entrance{realms_, std::move(transport), std::make_shared<router::auth::LoginHistory>(), nullptr,
                       clock_, std::make_shared<router::Succession>()});
}

// ---- what happens

void Simulation::step() {
  step_on(static_cast<uint32_t>(chance_.below(workers_.size())));
}

void Simulation::step_on(uint32_t worker) {
  if (std::find(acting_.begin(), acting_.end(), worker) != acting_.end()) return;
  const Acting acting(*this, worker);
  const size_t what = chance_.below(100);
  if (is_winding_up_)
    return what < 50 ? static_cast<void>(chance_.of(clients_[worker])->act_politely()) : end_turn(worker);
  if (what < 80) return chance_.of(clients_[worker])->act();
  if (what < 95) return end_turn(worker);
  if (what < 99) return time_passes(milliseconds(chance_.below(3)));
  reload();
}

void Simulation::meanwhile() {
  constexpr size_t most_at_once = 3;
  if (!may_overtake_ || journal_.is_broken() || acting_.size() > most_at_once || !chance_.one_in(6)) return;
  for (size_t steps = 1 + chance_.below(4); steps > 0; --steps) step();
}

void Simulation::end_turn(uint32_t worker) {
  journal_.note("worker " + std::to_string(worker) + " ends its turn");
  workers_[worker]->end_turn();
  promises_.on_sent(worker);
}

void Simulation::time_passes(milliseconds time) {
  clock_.advance(time);
  ring_for_the_realm();
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) ring_for_calls(worker);
}

void Simulation::ring_for_calls(uint32_t worker) {
  if (due_calls_[worker] > clock_.now() || std::count(acting_.begin(), acting_.end(), worker) > 0) return;
  const Acting acting(*this, worker);
  journal_.note("the timer of calls of worker " + std::to_string(worker) + " rings");
  due_calls_[worker] = router::SteadyTime::max();
  realm().run_due_calls(worker);
}

// Its timer rings on the first worker's thread.
void Simulation::ring_for_the_realm() {
  if (due_ > clock_.now() || std::find(acting_.begin(), acting_.end(), 0u) != acting_.end()) return;
  const Acting acting(*this, 0);
  journal_.note("the realm's timer rings");
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) {
    const bool is_behind = mailboxes_[worker]->own_count() + mailboxes_[worker]->waiting_count() > 0 ||
                           std::count(acting_.begin(), acting_.end(), worker) > 0;
    for (const auto& client : clients_[worker])
      if (is_behind) ledger_.doom_holder(client->place());
  }
  due_ = router::SteadyTime::max();
  realm().run_due();
}

void Simulation::reload() {
  router::config::Realm next = config_.realms.front();
  next.limits.subscriptions_per_session += static_cast<uint32_t>(chance_.below(3));
  static_cast<void>(realm().configure(next));
}

// ---- the end: all come to rest, and leave

void Simulation::run() {
  constexpr size_t fewest_steps = 100, more_steps = 900;
  const size_t steps = fewest_steps + chance_.below(more_steps);
  for (size_t i = 0; i < steps && !journal_.is_broken(); ++i) step();
  const bool is_abrupt = chance_.one_in(3);
  if (!is_abrupt) come_to_rest();
  if (!is_abrupt && !journal_.is_broken()) promises_.at_rest();
  if (!journal_.is_broken()) everybody_leaves();
  come_to_rest();
  if (!journal_.is_broken()) check_that_nothing_is_left();
}

bool Simulation::is_anything_said() {
  bool is_said = false;
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) {
    const Acting acting(*this, worker);
    for (const auto& client : clients_[worker])
      if (!journal_.is_broken()) is_said = client->act_politely() || is_said;
    is_said = is_said || workers_[worker]->mailbox().own_count() + mailboxes_[worker]->waiting_count() > 0;
    if (journal_.is_broken()) continue;
    workers_[worker]->end_turn();
    promises_.on_sent(worker);
  }
  return is_said;
}

void Simulation::come_to_rest() {
  constexpr size_t quiet_rounds = 5;
  journal_.note("all come to rest");
  is_winding_up_ = true;
  size_t quiet = 0;
  for (size_t round = 0; quiet < quiet_rounds && round < rounds_to_rest && !journal_.is_broken(); ++round) {
    quiet = is_anything_said() ? 0 : quiet + 1;
    if (quiet > 0) time_passes(milliseconds(10));
  }
  if (quiet < quiet_rounds) journal_.breach("Rest", "they never come to rest");
}

void Simulation::drain() {
  journal_.note("the router shuts down");
  realm().begin_drain();
  // The worker tells them in an order of its own, so it tells nobody who has a session before the clients do.
  constexpr auto never = std::chrono::hours(1000);
  const router::Drain drain{milliseconds(0), clock_.now(), 0};
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) {
    const Acting acting(*this, worker);
    may_overtake_ = false;
    workers_[worker]->begin_drain({never, clock_.now(), 0});
    may_overtake_ = true;
    for (const auto& client : clients_[worker])
      if (!journal_.is_broken()) client->drain(drain);
  }
}

void Simulation::everybody_leaves() {
  if (chance_.one_in(4)) return drain();
  std::vector<std::pair<uint32_t, Client*>> all;
  for (uint32_t worker = 0; worker < workers_.size(); ++worker)
    for (const auto& client : clients_[worker]) all.emplace_back(worker, client.get());
  while (!all.empty() && !journal_.is_broken()) {
    const auto leaving = all.begin() + static_cast<std::ptrdiff_t>(chance_.below(all.size()));
    const Acting acting(*this, leaving->first);
    leaving->second->depart(
        chance_.of({Departure::goodbye, Departure::abort, Departure::violation, Departure::break_off}));
    all.erase(leaving);
  }
}

void Simulation::require_nothing(size_t left, const std::string& what) {
  if (left > 0) journal_.breach("NothingIsLeft", std::to_string(left) + " " + what + " are left");
}

void Simulation::check_addresses(router::Worker& worker) {
  constexpr size_t more_than_there_were = 500;
  std::vector<router::SessionRef> taken;
  uint32_t last = 0;
  // Free ones are given first, so without a gap none was taken before.
  for (size_t i = 0; i < more_than_there_were; ++i) {
    taken.push_back(worker.add_address());
    last = std::max(last, taken.back().slot);
  }
  require_nothing(last + 1 - taken.size(), "addresses");
  for (const router::SessionRef& ref : taken) worker.remove_address(ref);
}

void Simulation::check_that_nothing_is_left() {
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) {
    const Acting acting(*this, worker);
    for (const auto& client : clients_[worker]) client->hang_up();
  }
  come_to_rest();
  const router::Realm::Counts left = realm().counts();
  require_nothing(left.members, "members");
  require_nothing(left.subscriptions - at_first_.subscriptions, "subscriptions");
  require_nothing(left.registrations, "registrations");
  require_nothing(left.calls, "calls");
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) {
    for (const auto& client : clients_[worker])
      require_nothing(client->account()->total(), "bytes held for " + client->name());
    require_nothing(mailboxes_[worker]->own_count() + mailboxes_[worker]->waiting_count(), "mails");
    check_addresses(*workers_[worker]);
  }
}

}  // namespace simulation
