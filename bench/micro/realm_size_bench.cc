// What a publication and a call cost in a realm of 10,000 and of a million subscriptions or registrations,
// and what one of them costs in memory. Through the realm's public interface; mailboxes are emptied, nothing
// is sent.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "bench/micro/open_realm.h"

namespace router {
namespace {

constexpr size_t held_by_each_session = 100;
// Different URIs asked for in turn: more than a worker remembers the routes of (router/matching/route_cache.h);
// as many as it does, which are more than the processor's caches hold; and few.
constexpr int64_t many_targets = 200'000, remembered_targets = 100'000, few_targets = 100;

double bytes_in_use() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// Of ten entries one is a prefix and one a wildcard. A URI that is asked for matches exactly one entry,
// however many there are, so that only finding it can cost more in a larger realm.
struct Entry {
  wamp::MatchPolicy match;
  std::string uri;
  std::string target;
};

Entry entry(size_t number) {
  const std::string device = "device" + std::to_string(number);
  const std::string path = "com.example.site" + std::to_string(number % 1000) + "." + device;
  switch (number % 10) {
    case 0:
      return {wamp::MatchPolicy::prefix, path + ".", path + ".humidity"};
    case 1:
      return {wamp::MatchPolicy::wildcard, "com.example.." + device + ".alarm", path + ".alarm"};
    default:
      return {wamp::MatchPolicy::exact, path + ".temperature", path + ".temperature"};
  }
}

class LargeRealm {
 public:
  enum class Kind { subscriptions, registrations };

  LargeRealm(Kind kind, size_t count)
      : count_(count), mailbox_([] {}), realm_(open_realm(), {&mailbox_}, 1, clock_) {
    mailbox_.bind_to_this_thread();
    sender_ = &join();
    for (size_t i = 0; i * held_by_each_session < count; ++i) join();
    const double before = bytes_in_use();
    for (size_t number = 0; number < count; ++number) {
      Seat& member = *members_[1 + number / held_by_each_session];
      const wamp::RequestId request(1 + number % held_by_each_session);
      const Entry e = entry(number);
      const wamp::Dict options{{"match", wamp::name(e.match)}};
      if (kind == Kind::subscriptions)
        check(realm_.handle(member, wamp::Subscribe{request, options, e.uri}));
      else
        check(realm_.handle(member, wamp::Register{request, options, e.uri}));
      if (number % 1000 == 0) drain();
    }
    drain();
    bytes_each_ = (bytes_in_use() - before) / static_cast<double>(count);
  }

  void choose_targets(size_t different) {
    std::mt19937_64 chance(1);
    targets_.clear();
    for (size_t i = 0; i < std::min(different, count_); ++i)
      targets_.push_back(entry(chance() % count_).target);
  }

  void publish() {
    wamp::Publish message;
    message.topic = next_target();
    check(realm_.handle(*sender_, message, payload_));
    if (mailbox_.own_count() >= 64) drain();
  }

  // A CALL, and the YIELD that answers it.
  void call() {
    wamp::Call message;
    message.request = last_request_ = wamp::next_id(last_request_);
    message.procedure = next_target();
    check(realm_.handle(*sender_, message, RoutedPayload(payload_)));
    drain();
    wamp::Yield yield;
    Seat* callee = nullptr;
    mail_.for_each([&](Mail& mail) {
      auto& invoke = std::get<Invoke>(mail);
      callee = members_[invoke.to.slot];
      realm_.take(*callee, std::move(invoke),
                  [&](const wamp::Invocation& message, auto&&...) { yield.request = message.request; });
    });
    check(realm_.handle(*callee, yield, RoutedPayload(payload_)));
    drain();
    mail_.for_each([&](Mail& mail) {
      realm_.take(*sender_, std::move(std::get<Answer>(mail)),
                  [](auto& message, auto&&...) { benchmark::DoNotOptimize(message.request); });
    });
  }

  double bytes_each() const { return bytes_each_; }

 private:
  Seat& join() {
    const auto slot = static_cast<uint32_t>(members_.size());
    const SessionRef ref{0, slot, wamp::SessionId(1000 + slot)};
    members_.push_back(router::join(realm_, ref).release());
    return *members_.back();
  }
  std::string_view next_target() { return targets_[next_++ % targets_.size()]; }
  void drain() {
    mail_.clear();
    mailbox_.drain(mail_);
  }

  const size_t count_;
  SystemClock clock_;
  Mailbox mailbox_;
  Realm realm_;
  std::vector<Seat*> members_;  // the realm's; by slot
  Seat* sender_ = nullptr;
  MailList mail_;
  std::vector<std::string> targets_;
  size_t next_ = 0;
  wamp::RequestId last_request_;
  const RoutedPayload payload_ = make_payload({{42}, {}});
  double bytes_each_ = 0;
};

// Made once for all repetitions, as a million takes seconds.
LargeRealm& large_realm(LargeRealm::Kind kind, const benchmark::State& state) {
  static std::map<std::pair<LargeRealm::Kind, size_t>, std::unique_ptr<LargeRealm>> made;
  const auto count = static_cast<size_t>(state.range(0));
  auto& realm = made[{kind, count}];
  if (!realm) realm = std::make_unique<LargeRealm>(kind, count);
  realm->choose_targets(static_cast<size_t>(state.range(1)));
  return *realm;
}

void publish(benchmark::State& state) {
  LargeRealm& realm = large_realm(LargeRealm::Kind::subscriptions, state);
  for (auto _ : state) realm.publish();
  state.counters["bytes/subscription"] = realm.bytes_each();
}

void call(benchmark::State& state) {
  LargeRealm& realm = large_realm(LargeRealm::Kind::registrations, state);
  for (auto _ : state) realm.call();
  state.counters["bytes/registration"] = realm.bytes_each();
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"entries", "targets"});
  for (const int64_t different : {few_targets, remembered_targets, many_targets})
    for (const int64_t entries : {10, 100, 1'000, 10'000, 100'000, 1'000'000})
      benchmark->Args({entries, different});
}

BENCHMARK(publish)->Apply(sizes);
BENCHMARK(call)->Apply(sizes);

}  // namespace
}  // namespace router
