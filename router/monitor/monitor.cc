#include "router/monitor/monitor.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include "router/base/version.h"
#include "router/config/inventory.h"
#include "router/config/limits.h"
#include "router/insight/page_request.h"
#include "router/insight/realm_numbers.h"
#include "router/memory/holding.h"
#include "transport/counters/counters.h"

namespace router {
namespace {

using transport::CounterTotals;
using Kind = Family::Kind;

// Names of realms that are labels of their own; all others together are "other".
constexpr size_t max_realm_labels = 50;
constexpr const char* other_realms = "other";

constexpr Family build_info{
    "wampd_build_info", "Always 1; the version is a label.", {"version"}, Kind::gauge};
constexpr Family start_time{
    "process_start_time_seconds", "When the router started, in seconds since 1970.", {}, Kind::gauge};
constexpr Family cpu_time{"process_cpu_seconds_total", "Processor time used, by the system and by itself."};
constexpr Family resident_memory{
    "process_resident_memory_bytes", "Memory of the process that is in RAM.", {}, Kind::gauge};
constexpr Family virtual_memory{
    "process_virtual_memory_bytes", "Addresses that the process has taken.", {}, Kind::gauge};
constexpr Family open_files{"process_open_fds", "Files and sockets that are open.", {}, Kind::gauge};
constexpr Family max_files{"process_max_fds", "How many may be open.", {}, Kind::gauge};
constexpr Family threads{"process_threads", "Threads of the process.", {}, Kind::gauge};
constexpr Family procedure_calls{
    "wampd_procedure_calls_total", "Calls of a procedure that the configuration names.", {"procedure"}};
constexpr Family procedure_errors{
    "wampd_procedure_errors_total", "Those of them that ended with an ERROR.", {"procedure"}};
constexpr Family procedure_seconds{"wampd_procedure_seconds",
                                   "Time from a CALL of it to the last RESULT or ERROR.",
                                   {"procedure"},
                                   Kind::histogram};
constexpr Family topic_publications{
    "wampd_topic_publications_total", "Publications to a topic that the configuration names.", {"topic"}};
constexpr Family ready{"wampd_ready", "1 if /ready answers 200, else 0.", {}, Kind::gauge};
constexpr Family workers{"wampd_workers", "Worker threads.", {}, Kind::gauge};
constexpr Family mailbox{
    "wampd_mailbox_messages", "Messages that wait for another worker to take them.", {}, Kind::gauge};
constexpr Family mailbox_bytes{"wampd_mailbox_bytes", "Bytes of their payloads.", {}, Kind::gauge};
constexpr Family connections{"wampd_connections", "Connections open now.", {}, Kind::gauge};
constexpr Family realms{"wampd_realms", "Realms that exist now.", {}, Kind::gauge};
constexpr Family sessions{"wampd_sessions", "Sessions in the realm now.", {"realm"}, Kind::gauge};
constexpr Family subscriptions{
    "wampd_subscriptions", "Subscriptions in the realm now.", {"realm"}, Kind::gauge};
constexpr Family registrations{
    "wampd_registrations", "Registrations in the realm now.", {"realm"}, Kind::gauge};
constexpr Family calls_in_flight{
    "wampd_calls_in_flight", "Calls that have no last answer yet.", {"realm"}, Kind::gauge};
constexpr Family retained_events{
    "wampd_retained_events", "Events retained in the realm now.", {"realm"}, Kind::gauge};

constexpr Family limit{"wampd_limit", "What the configuration allows.", {"of", "name"}, Kind::gauge};
constexpr Family memory_stage{"wampd_memory_stage",
                              "How short memory is: 0 there is enough, 1 no new connections, 2 nothing "
                              "large, 3 those with most are ended.",
                              {},
                              Kind::gauge};
constexpr Family memory_limit{
    "wampd_memory_limit_bytes", "Memory that the process may take.", {}, Kind::gauge};
constexpr Family buffered{
    "wampd_buffered_bytes", "Bytes of messages that wait or are kept.", {}, Kind::gauge};
constexpr Family buffered_limit{"wampd_buffered_limit_bytes", "How many there may be.", {}, Kind::gauge};
constexpr Family held{"wampd_held_bytes",
                      "Memory that is held for clients, and for what realms keep, by kind.",
                      {"kind"},
                      Kind::gauge};

double number(uint64_t count) {
  return static_cast<double>(count);
}

size_t count_in(const char* directory) {
  std::error_code error;
  const std::filesystem::directory_iterator all(directory, error);
  return error ? 0 : static_cast<size_t>(std::distance(begin(all), end(all)));
}

double most_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double virtual_bytes() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return number(pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)));
}

class Samples {
 public:
  void add(const Family& family, double value) { all_.push_back({&family, {}, value}); }
  void add(const Family& family, const std::string& label, double value) {
    all_.push_back({&family, {{std::string(family.labels[0]), label}}, value});
  }
  void add(const Family& family, const std::string& realm, const std::string& uri,
           std::variant<double, transport::HistogramTotal> value) {
    all_.push_back({&family, {{"realm", realm}, {std::string(family.labels[0]), uri}}, std::move(value)});
  }
  // `realm`: a label of each; empty: none.
  void add(const CounterTotals& totals, const std::string& realm) {
    for (const CounterTotals::Total& total : totals.all()) {
      Sample sample{total.family, {}, 0.0};
      if (!realm.empty()) sample.labels.emplace_back("realm", realm);
      for (size_t i = 0; i < total.labels.size(); ++i)
        if (!total.family->labels[i].empty())
          sample.labels.emplace_back(total.family->labels[i], total.labels[i]);
      if (const auto* counter = std::get_if<uint64_t>(&total.number))
        sample.number = number(*counter);
      else
        sample.number = std::get<transport::HistogramTotal>(total.number);
      all_.push_back(std::move(sample));
    }
  }
  void add(const std::vector<Sample>& more) { all_.insert(all_.end(), more.begin(), more.end()); }
  const std::vector<Sample>& all() const { return all_; }

 private:
  std::vector<Sample> all_;
};

void add_process(WallTime started, Samples& samples) {
  samples.add(build_info, std::string(version), 1);
  samples.add(start_time, std::chrono::duration<double>(started.time_since_epoch()).count());
  const insight::ProcessNumbers process = insight::process_numbers();
  samples.add(cpu_time, process.cpu_seconds);
  samples.add(resident_memory, number(process.memory_bytes));
  samples.add(virtual_memory, virtual_bytes());
  samples.add(open_files, number(count_in("/proc/self/fd")));
  samples.add(max_files, most_files());
  samples.add(threads, number(count_in("/proc/self/task")));
}

void add_workers(const std::vector<const Worker*>& all, Samples& samples) {
  CounterTotals loops, routers;
  size_t waiting = 0, waiting_bytes = 0, open = 0;
  for (const Worker* worker : all) {
    loops.add(worker->loop().counters());
    routers.add(worker->counters());
    waiting += worker->mailbox().waiting_count();
    waiting_bytes += worker->mailbox().waiting_bytes();
    open += worker->loop().connection_count();
  }
  samples.add(workers, number(all.size()));
  samples.add(mailbox, number(waiting));
  samples.add(mailbox_bytes, number(waiting_bytes));
  samples.add(connections, number(open));
  samples.add(loops, "");
  samples.add(routers, "");
}

void add_held(const std::vector<const Worker*>& workers, const broker::KeptBytes& kept, Samples& samples) {
  for (size_t place = 0; place < holding::names.size(); ++place) {
    const auto kind = static_cast<transport::Holding>(place);
    std::ptrdiff_t bytes = static_cast<std::ptrdiff_t>(kept.of(kind));
    for (const Worker* worker : workers) bytes += worker->loop().held().of(kind);
    samples.add(held, std::string(holding::names[place]),
                static_cast<double>(std::max<std::ptrdiff_t>(bytes, 0)));
  }
}

struct RealmNumbers {
  Realm::Counts counts;
  RealmTotals totals;

  void add(const Realm& realm) {
    const Realm::Counts more = realm.counts();
    counts.members += more.members;
    counts.subscriptions += more.subscriptions;
    counts.registrations += more.registrations;
    counts.calls += more.calls;
    counts.retained_events += more.retained_events;
    totals.add(realm);
  }
};

void add_realm(const std::string& name, const RealmNumbers& numbers, Samples& samples) {
  samples.add(sessions, name, number(numbers.counts.members));
  samples.add(subscriptions, name, number(numbers.counts.subscriptions));
  samples.add(registrations, name, number(numbers.counts.registrations));
  samples.add(calls_in_flight, name, number(numbers.counts.calls));
  samples.add(retained_events, name, number(numbers.counts.retained_events));
  samples.add(numbers.totals.branches, name);
  samples.add(numbers.totals.realms, name);
}

void add_realms(const Realms::Listed& listed, Samples& samples) {
  samples.add(realms, number(listed.configured.size() + listed.others.size()));
  RealmNumbers others;
  others.totals = listed.gone;
  for (const auto& realm : listed.others) others.add(*realm);
  for (size_t i = 0; i < listed.configured.size(); ++i) {
    const Realm& realm = *listed.configured[i];
    if (i >= max_realm_labels || realm.name() == other_realms) {
      others.add(realm);
      continue;
    }
    RealmNumbers numbers;
    numbers.add(realm);
    add_realm(realm.name(), numbers, samples);
  }
  if (!others.totals.realms.all().empty()) add_realm(other_realms, others, samples);
}

// One URI that the configuration names, which is never left out of the statistics.
template <class Numbers>
struct Pinned {
  const std::string* realm;
  std::string uri;
  typename UriSummary<Numbers>::Total total;
};

// Those of all realms, at most so many: those that stand by name in the configuration before those that begin
// like something in it.
template <class Numbers>
std::vector<Pinned<Numbers>> pinned(const Realms::Listed& listed, UriSummary<Numbers> Branch::*summary,
                                    const std::vector<std::string>& configured, size_t most) {
  const std::set<std::string_view> names(configured.begin(), configured.end());
  std::vector<Pinned<Numbers>> by_name, by_pattern;
  for (const auto& realm : listed.configured) {
    if (by_name.size() >= most) break;
    std::map<std::string, typename UriSummary<Numbers>::Total> of_realm;
    for (const auto& branch : realm->branches())
      for (const auto& total : ((*branch).*summary).totals()) {
        if (!total.is_pinned) continue;
        auto& sum = of_realm[total.uri];
        sum.count += total.count - total.error_bound;
        sum.numbers.add(total.numbers);
      }
    for (auto& [uri, total] : of_realm) {
      auto& kept = names.contains(uri) ? by_name : by_pattern;
      if (kept.size() < most) kept.push_back({&realm->name(), uri, std::move(total)});
    }
  }
  for (Pinned<Numbers>& one : by_pattern) {
    if (by_name.size() >= most) break;
    by_name.push_back(std::move(one));
  }
  return by_name;
}

void add_pinned(const Realms::Listed& listed, const config::MetricsUris& metrics, Samples& samples) {
  for (const auto& [realm, uri, total] :
       pinned(listed, &Branch::procedure_numbers, metrics.procedures, metrics.max_series)) {
    samples.add(procedure_calls, *realm, uri, number(total.count));
    samples.add(procedure_errors, *realm, uri, number(total.numbers.errors));
    samples.add(procedure_seconds, *realm, uri, total.numbers.latencies);
  }
  for (const auto& [realm, uri, total] :
       pinned(listed, &Branch::topic_numbers, metrics.topics, metrics.max_series))
    samples.add(topic_publications, *realm, uri, number(total.count));
}

template <class Limits>
void add_limits(const std::string& of, const std::vector<config::Limit<Limits>>& limits, const Limits& values,
                std::vector<Sample>& samples) {
  for (const config::Limit<Limits>& one : limits)
    samples.push_back({&limit, {{"of", of}, {"name", std::string(one.name)}}, number(one.get(values))});
}

void add_memory(const MemoryGuard& memory, Samples& samples) {
  samples.add(memory_stage, static_cast<double>(memory.stage()));
  samples.add(memory_limit, number(memory.limits().resident));
  samples.add(buffered, number(memory.buffered()));
  samples.add(buffered_limit, number(memory.limits().buffered));
}

}  // namespace

Monitor::Monitor(std::vector<const Worker*> workers, const Realms& realms, const MemoryGuard& memory,
                 std::shared_ptr<const broker::KeptBytes> kept, const Clock& clock)
    : workers_(std::move(workers)),
      realms_(realms),
      memory_(memory),
      kept_(std::move(kept)),
      started_(clock.wall_time()),
      clock_(clock) {}

void Monitor::set_limits(const config::Config& config) {
  std::vector<Sample> all;
  add_limits("process", config::memory_limits, config.memory, all);
  const auto names = config::transport_names(config);
  for (size_t i = 0; i < names.size(); ++i)
    add_limits(names[i], config::transport_limits, config.transports[i].limits, all);
  for (size_t i = 0; i < std::min(config.realms.size(), max_realm_labels); ++i)
    add_limits("realm " + config.realms[i].name, config::realm_limits, config.realms[i].limits, all);
  const Lock lock(mutex_);
  limits_ = std::move(all);
}

std::optional<std::string> Monitor::why_not_ready() const {
  if (draining()) return "the router shuts down";
  if (memory_.stage() >= MemoryStage::closed) return "memory is short";
  return std::nullopt;
}

wamp::Dict Monitor::varz() const {
  const WallTime now = clock_.wall_time();
  const insight::ProcessNumbers process = insight::process_numbers();
  uint64_t in_msgs = 0, out_msgs = 0, open = 0;
  for (const Worker* worker : workers_) {
    in_msgs += worker->counters().received.all();
    out_msgs += worker->counters().sent.all();
    open += worker->loop().connection_count();
  }
  wamp::Dict all{{"version", version},
                 {"now", iso_8601(now)},
                 {"start", iso_8601(started_)},
                 {"uptime_s", std::chrono::duration<double>(now - started_).count()},
                 {"workers", uint64_t{workers_.size()}},
                 {"cores", uint64_t{std::thread::hardware_concurrency()}},
                 {"cpu_seconds", process.cpu_seconds},
                 {"mem", process.memory_bytes},
                 {"connections", open},
                 {"ready", !why_not_ready()},
                 {"memory_stage", static_cast<int>(memory_.stage())},
                 {"in_msgs", in_msgs},
                 {"out_msgs", out_msgs}};
  insight::RealmNumbers sum;
  wamp::List list;
  for (const auto& realm : realms_.all()) {
    insight::RealmNumbers numbers;
    numbers.begin(realm->insight());
    realm->inspect([&](const RealmState& state) { return numbers.collect_some(state); });
    sum.add(numbers);
    if (list.size() >= insight::most_on_a_page) continue;
    wamp::Dict one{{"realm", realm->name()}, {"since", iso_8601(realm->insight().since)}};
    numbers.append_to(one, true);
    list.emplace_back(std::move(one));
  }
  sum.append_to(all, true);
  all.append("realms", std::move(list));
  return all;
}

std::string Monitor::metrics(Exposition exposition) const {
  Samples samples;
  add_process(started_, samples);
  samples.add(ready, why_not_ready() ? 0 : 1);
  {
    const Lock lock(mutex_);
    samples.add(limits_);
  }
  add_memory(memory_, samples);
  add_held(workers_, *kept_, samples);
  add_workers(workers_, samples);
  const Realms::Listed listed = realms_.listed();
  add_realms(listed, samples);
  add_pinned(listed, metrics_, samples);
  return exposed(samples.all(), exposition);
}

}  // namespace router
