#include "tests/router/support/session_crowd.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include "router/config/file/default_config.h"
#include "router/realm/realm_time.h"
#include "router/realm/realms.h"
#include "tests/router/support/crowd_visitor.h"

namespace router {
namespace {

constexpr size_t visitors_per_worker = 10;
constexpr uint32_t steps_between_reloads = 97;

config::Config crowd_config(uint64_t variant = 0) {
  config::Config config = config::default_config();
  config.transports.front().limits.max_queued_bytes = 4 * 1024 * 1024;
  config::Realm& realm = config.realms.front();
  realm.limits.probe_timeout_ms = 2;
  realm.limits.subscriptions_per_session = static_cast<uint32_t>(100 + variant % 3);
  config::Role asked = realm.roles.front();
  realm.roles.front().slow_consumer =
      variant % 2 ? config::SlowConsumer::drop_oldest : config::SlowConsumer::conflate;
  asked.name = "asked";
  asked.authorizer.emplace();
  asked.authorizer->procedure = "com.auth";
  asked.authorizer->timeout_ms = 3;
  asked.authorizer->cache_by = config::DynamicAuthorizer::CacheBy::role;
  asked.authorizer->max_held_requests = 4;
  realm.roles.push_back(std::move(asked));
  return config;
}

class Crowd {
 public:
  explicit Crowd(const CrowdPlan& plan);
  void run();

 private:
  struct Group {
    Worker* worker;
    std::vector<CrowdVisitor*> visitors;
    std::mt19937_64 random;
    uint32_t steps_left;
  };

  std::shared_ptr<const Entrance> entrance(const std::string& role);
  std::shared_ptr<Realm> make_realm(const config::Realm& config);
  void step(Group& group);
  // On each worker's thread until it returns false.
  template <class Work>
  void everywhere(Work work);
  void drain();
  void end();
  void check_that_nothing_is_left_in(const Realm& realm) const;

  const CrowdPlan plan_;
  const config::Config config_ = crowd_config();
  const SystemClock clock_;
  CrowdBoard board_;
  std::vector<Mailbox*> mailboxes_;
  Realms realms_;
  std::vector<std::shared_ptr<const Entrance>> entrances_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<CrowdVisitor>> visitors_;
  std::vector<Group> groups_;
  std::latch acting_, halfway_{1};
};

Crowd::Crowd(const CrowdPlan& plan)
    : plan_(plan),
      realms_([this](const config::Realm& config) { return make_realm(config); }),
      acting_(plan.workers) {
  board_.seed = "seed " + std::to_string(plan.seed) + ", " + std::to_string(plan.workers) + " workers, end " +
                std::to_string(static_cast<int>(plan.end));
  for (uint32_t number = 0; number < plan.workers; ++number) {
    workers_.push_back(std::make_unique<Worker>(number, plan.seed + number));
    mailboxes_.push_back(&workers_.back()->mailbox());
  }
  for (const auto& worker : workers_) worker->know(mailboxes_);
  realms_.commit(realms_.prepare(config_.realms));
  entrances_ = {entrance("anonymous"), entrance("anonymous"), entrance("asked")};
  for (const auto& worker : workers_) {
    Group group{worker.get(), {}, std::mt19937_64(plan.seed ^ visitors_.size()), plan.steps};
    for (size_t i = 0; i < visitors_per_worker; ++i) {
      visitors_.push_back(std::make_unique<CrowdVisitor>(*worker, entrances_, board_, visitors_.size(),
                                                         plan.seed * 1000 + visitors_.size()));
      group.visitors.push_back(visitors_.back().get());
    }
    groups_.push_back(std::move(group));
  }
}

std::shared_ptr<const Entrance> Crowd::entrance(const std::string& role) {
  config::Transport transport = config_.transports.front();
  transport.auth.at("anonymous").principals.at("").role = role;
  return std::make_shared<const Entrance>(Entrance{realms_, std::move(transport),
                                                   std::make_shared<auth::LoginHistory>(), nullptr, clock_,
                                                   std::make_shared<Succession>()});
}

std::shared_ptr<Realm> Crowd::make_realm(const config::Realm& config) {
  auto realm = std::make_shared<Realm>(config, mailboxes_, plan_.seed, clock_);
  std::vector<transport::Loop*> loops;
  for (const auto& worker : workers_) loops.push_back(&worker->loop());
  keep_time_on(loops, realm);
  return realm;
}

void Crowd::step(Group& group) {
  group.visitors[group.random() % group.visitors.size()]->act();
  if (group.steps_left % steps_between_reloads == 0)
    (void)realms_.find("realm1")->configure(crowd_config(group.random()).realms.front());
  if (&group == &groups_.front() && group.steps_left == plan_.steps / 2) halfway_.count_down();
  if (--group.steps_left > 0) return group.worker->loop().post([this, &group] { step(group); });
  acting_.count_down();
}

template <class Work>
void Crowd::everywhere(Work work) {
  std::latch done(static_cast<std::ptrdiff_t>(groups_.size()));
  std::vector<std::function<void()>> turns(groups_.size());
  for (size_t i = 0; i < groups_.size(); ++i) {
    turns[i] = [&, i] {
      if (work(groups_[i]))
        groups_[i].worker->loop().post(turns[i]);
      else
        done.count_down();
    };
    groups_[i].worker->loop().post(turns[i]);
  }
  done.wait();
}

void Crowd::drain() {
  const Drain drain{std::chrono::milliseconds(0), clock_.now() + std::chrono::milliseconds(10), 0};
  everywhere([&](Group& group) {
    group.worker->begin_drain(drain);
    return false;
  });
  everywhere([](Group& group) {
    bool goes_on = false;
    for (CrowdVisitor* visitor : group.visitors) goes_on = visitor->act_politely() || goes_on;
    return goes_on;
  });
}

void Crowd::end() {
  if (plan_.end == CrowdPlan::End::drain) drain();
  if (plan_.end == CrowdPlan::End::connections_break)
    everywhere([](Group& group) {
      for (CrowdVisitor* visitor : group.visitors) visitor->leave();
      return false;
    });
  for (const auto& worker : workers_) worker->stop();
  for (const auto& worker : workers_) worker->end_residents();
}

void Crowd::run() {
  for (const auto& worker : workers_) worker->start();
  for (Group& group : groups_) group.worker->loop().post([this, &group] { step(group); });
  (plan_.end == CrowdPlan::End::abrupt ? halfway_ : acting_).wait();
  end();
  const std::shared_ptr<Realm> realm = realms_.find("realm1");
  // It does first what its timer would have done, on loops that have stopped.
  realms_.close();
  check_that_nothing_is_left_in(*realm);
}

void Crowd::check_that_nothing_is_left_in(const Realm& realm) const {
  const Realm::Counts left = realm.counts();
  if (left.members + left.subscriptions + left.registrations + left.calls == 0) return;
  std::fprintf(stderr,
               "session crowd (%s): %zu members, %zu subscriptions, %zu registrations, %zu calls are left\n",
               board_.seed.c_str(), left.members, left.subscriptions, left.registrations, left.calls);
  std::abort();
}

}  // namespace

void run_session_crowd(const CrowdPlan& plan) {
  Crowd(plan).run();
}

}  // namespace router
