#include "router/insight/realm_numbers.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include <sys/resource.h>

#include "router/base/version.h"
#include "router/memory/memory_use.h"

namespace router::insight {
namespace {

wamp::List buckets_of(const Latencies& latencies) {
  wamp::List buckets;
  for (size_t bucket = 0; bucket < latencies.counts.size(); ++bucket) {
    if (latencies.counts[bucket] == 0) continue;
    const bool has_end = bucket + 1 < latencies.counts.size();
    buckets.emplace_back(
        wamp::List{has_end ? wamp::Value(transport::Histogram::longest_us(bucket)) : wamp::Value(),
                   latencies.counts[bucket]});
  }
  return buckets;
}

}  // namespace

void RealmNumbers::begin(RealmInsight& realm) {
  from_ = 0;
  for (const auto& branch : realm.branches) {
    const BranchCounters& counters = branch->counters;
    latencies.add(counters.call_seconds);
    calls += counters.calls.value();
    errors += counters.call_errors.value();
    slow_calls += counters.slow_calls.value();
    publications += counters.publications.value();
    events += counters.events.value();
    lost += counters.lost_events.value();
    denials += counters.denials.all();
  }
  for (const auto& calls_of_worker : realm.call_tables) calls_in_flight += calls_of_worker->in_flight.value();
}

bool RealmNumbers::collect_some(const RealmState& realm) {
  from_ = realm.members.visit_some(
      from_, [this](const Member& member) { queued += member.numbers->queued.value(); });
  if (from_ != 0) return true;
  sessions = realm.members.size();
  subscriptions = realm.broker.subscription_count();
  registrations = realm.dealer.registrations().size();
  retained_events = realm.broker.retained_count();
  return false;
}

void RealmNumbers::append_to(wamp::Dict& details, bool brief) const {
  const std::array<std::pair<const char*, uint64_t>, 12> all{{{"sessions", sessions},
                                                              {"subscriptions", subscriptions},
                                                              {"registrations", registrations},
                                                              {"calls_in_flight", calls_in_flight},
                                                              {"retained_events", retained_events},
                                                              {"calls", calls},
                                                              {"errors", errors},
                                                              {"slow_calls", slow_calls},
                                                              {"publications", publications},
                                                              {"events", events},
                                                              {"denials", denials},
                                                              {"lost", lost}}};
  for (const auto& [name, value] : all) details.append(name, value);
  if (brief) return;
  details.append("queued", queued);
  details.append("p50_us", latencies.percentile_us(50));
  details.append("p99_us", latencies.percentile_us(99));
  details.append("call_us", buckets_of(latencies));
}

void RealmNumbers::add(const RealmNumbers& other) {
  const auto plus = [&](auto... members) { ((this->*members += other.*members), ...); };
  plus(&RealmNumbers::sessions, &RealmNumbers::subscriptions, &RealmNumbers::registrations,
       &RealmNumbers::calls_in_flight, &RealmNumbers::retained_events, &RealmNumbers::calls,
       &RealmNumbers::errors, &RealmNumbers::slow_calls, &RealmNumbers::publications, &RealmNumbers::events,
       &RealmNumbers::denials, &RealmNumbers::lost, &RealmNumbers::queued);
  latencies.add(other.latencies);
}

ProcessNumbers process_numbers() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(used.ru_utime) + seconds(used.ru_stime), memory_use().resident};
}

wamp::Dict details_of(const RealmNumbers& numbers, const RealmInsight& realm) {
  const WallTime now = realm.clock.wall_time();
  wamp::Dict details{{"realm", realm.name}, {"now", iso_8601(now)}, {"since", iso_8601(realm.since)}};
  numbers.append_to(details, false);
  const ProcessNumbers process = process_numbers();
  details.append("process", wamp::Dict{{"version", version},
                                       {"cpu_seconds", process.cpu_seconds},
                                       {"memory_bytes", process.memory_bytes}});
  return details;
}

std::vector<Denial> denials_of(const RealmInsight& realm) {
  std::vector<Denial> all;
  for (const auto& branch : realm.branches) {
    std::vector<Denial> more = branch->denials.all();
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  std::stable_sort(all.begin(), all.end(), [](const Denial& a, const Denial& b) { return a.time > b.time; });
  return all;
}

wamp::Dict details_of(const Denial& denial, const std::string* realm) {
  wamp::Dict details;
  if (realm) details.append("realm", *realm);
  details.append("time", iso_8601(denial.time));
  details.append("session", denial.session);
  details.append("authid", denial.authid);
  details.append("authrole", denial.authrole);
  details.append("peer", denial.peer);
  details.append("action", router::name(denial.action));
  details.append("uri", denial.uri);
  details.append("reason", denial.reason);
  return details;
}

}  // namespace router::insight
