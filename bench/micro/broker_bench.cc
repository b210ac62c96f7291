// What one publication costs in the realm, without encoding and sockets.
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/open_realm.h"
#include "router/base/clock.h"

namespace {

using namespace router;

// A realm whose one worker throws its mail away.
struct Bench {
  explicit Bench(config::Realm config = roomy_realm()) : mailbox([] {}), realm(config, {&mailbox}, 1, clock) {
    mailbox.bind_to_this_thread();
  }
  static config::Realm roomy_realm() {
    config::Realm realm = open_realm();
    realm.limits.subscriptions_per_session = 2000000;
    return realm;
  }
  Seat& join() {
    const SessionRef ref{0, ++sessions, wamp::SessionId(sessions)};
    return *router::join(realm, ref).release();
  }
  void subscribe(Seat& member, const std::string& topic, const wamp::Dict& options = {}) {
    static_cast<void>(realm.handle(member, wamp::Subscribe{wamp::RequestId(1), options, topic}));
    if (++since_drain % 1000 == 0) mailbox.drain(mail);
  }
  void publish(Seat& member, const wamp::Publish& message) {
    static_cast<void>(realm.handle(member, message, payload));
    if (++since_drain % 32 == 0) mailbox.drain(mail);
  }

  SystemClock clock;
  Mailbox mailbox;
  Realm realm;
  uint32_t sessions = 0;
  size_t since_drain = 0;
  MailList mail;
  const RoutedPayload payload = make_payload({{wamp::Value(std::string(100, 'x'))}, {}});
};

void publish_to_one(benchmark::State& state) {
  Bench bench;
  Seat& subscriber = bench.join();
  for (int64_t i = 1; i < state.range(0); ++i) bench.subscribe(subscriber, "com.other.t" + std::to_string(i));
  bench.subscribe(subscriber, "com.t");
  Seat& publisher = bench.join();
  const wamp::Publish message{wamp::RequestId(1), {}, "com.t", {}};
  for (auto _ : state) bench.publish(publisher, message);
}
BENCHMARK(publish_to_one)->Arg(1)->Arg(1000000);

void publish_acknowledged_with_a_list(benchmark::State& state) {
  Bench bench;
  bench.subscribe(bench.join(), "com.t");
  Seat& publisher = bench.join();
  const wamp::Publish message{wamp::RequestId(1),
                              wamp::Dict{{"acknowledge", true}, {"exclude_authid", wamp::List{"a", "b"}}},
                              "com.t",
                              {}};
  for (auto _ : state) bench.publish(publisher, message);
}
BENCHMARK(publish_acknowledged_with_a_list);

#ifndef WAMPD_BENCH_BASIC
void publish_retained(benchmark::State& state) {
  Bench bench;
  Seat& publisher = bench.join();
  const wamp::Publish message{wamp::RequestId(1), wamp::Dict{{"retain", true}}, "com.t", {}};
  for (auto _ : state) bench.publish(publisher, message);
}
BENCHMARK(publish_retained);

void publish_to_a_history(benchmark::State& state) {
  config::Realm config = Bench::roomy_realm();
  config.store.event_history = {{.uri = "com.t", .match = wamp::MatchPolicy::exact, .limit = 1000}};
  Bench bench(config);
  Seat& publisher = bench.join();
  const wamp::Publish message{wamp::RequestId(1), {}, "com.t", {}};
  for (auto _ : state) bench.publish(publisher, message);
}
BENCHMARK(publish_to_a_history);

void publish_sharded(benchmark::State& state) {
  Bench bench;
  for (int64_t i = 0; i < state.range(0); ++i)
    bench.subscribe(bench.join(), "com.t", wamp::Dict{{"nkey", "node" + std::to_string(i)}});
  Seat& publisher = bench.join();
  const wamp::Publish message{wamp::RequestId(1), wamp::Dict{{"rkey", "sensor7"}}, "com.t", {}};
  for (auto _ : state) bench.publish(publisher, message);
}
BENCHMARK(publish_sharded)->Arg(3)->Arg(100);

// A SUBSCRIBE that finds ten retained events among so many.
void subscribe_retained(benchmark::State& state, const char* match, const std::string& pattern) {
  config::Realm config = Bench::roomy_realm();
  config.limits.retained_events = 2000000;
  config.limits.retained_bytes = uint64_t{1} << 40;
  Bench bench(config);
  Seat& publisher = bench.join();
  for (int i = 0; i < 1000000; ++i) {
    const std::string topic =
        "com.site" + std::to_string(i / 10) + ".sensor" + std::to_string(i % 10) + ".temperature";
    bench.publish(publisher, wamp::Publish{wamp::RequestId(1), wamp::Dict{{"retain", true}}, topic, {}});
  }
  Seat& subscriber = bench.join();
  const wamp::Dict options{{"match", match}, {"get_retained", true}};
  for (auto _ : state) bench.subscribe(subscriber, pattern, options);
}

// The worst topics that we could think of: each has all components of the pattern but one, and nothing
// matches.
void subscribe_retained_without_a_match(benchmark::State& state) {
  const auto components = static_cast<size_t>(state.range(0));
  config::Realm config = Bench::roomy_realm();
  config.limits.retained_bytes = uint64_t{1} << 40;
  Bench bench(config);
  Seat& publisher = bench.join();
  const auto uri = [components](size_t odd_one, const std::string& what) {
    std::string made;
    for (size_t i = 0; i < components; ++i) made.append(i > 0 ? "." : "").append(i == odd_one ? what : "a");
    return made;
  };
  for (size_t i = 0; i < 100000; ++i)
    bench.publish(publisher, wamp::Publish{wamp::RequestId(1),
                                           wamp::Dict{{"retain", true}},
                                           uri(i % (components - 1), "x" + std::to_string(i)),
                                           {}});
  Seat& subscriber = bench.join();
  const wamp::Dict options{{"match", "wildcard"}, {"get_retained", true}};
  const std::string pattern = uri(components - 1, "");
  for (auto _ : state) bench.subscribe(subscriber, pattern, options);
}
BENCHMARK(subscribe_retained_without_a_match)->Arg(2)->Arg(5)->Arg(82);

BENCHMARK_CAPTURE(subscribe_retained, prefix, "prefix", "com.site55555.");
BENCHMARK_CAPTURE(subscribe_retained, wildcard, "wildcard", "com.site55555..temperature");
#endif

}  // namespace
