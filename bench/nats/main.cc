// wampd-nats-load: requests and answers over a NATS server, with its own C client, for a comparison with
// calls.
//
// As `wampd-load rpc`: pairs of a requester and a responder, each with a connection; the same options and the
// same report. Exit status 1 if an answer is wrong or lost.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "bench/load/clock.h"
#include "bench/load/process.h"
#include "bench/nats/requester.h"

namespace bench::nats {

namespace {

struct Options {
  std::string url = "nats://127.0.0.1:4222";
  size_t pairs = 1, depth = 1, payload_size = 100;
  double duration_s = 5, warmup_s = 1;
  int server_pid = 0;
  bool at_once = false;

  Writing writing() const { return at_once ? Writing::at_once : Writing::gathered; }
};

int parse(Options& options, int argc, char** argv) {
  bool json = true;  // the only form there is
  CLI::App app("Requests and answers over NATS; reports as wampd-load does", "wampd-nats-load");
  app.add_option("--url", options.url)->capture_default_str();
  app.add_option("--pairs", options.pairs, "requesters, each with a responder of its own")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--depth", options.depth, "requests on their way from each")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--payload", options.payload_size, "bytes")->check(CLI::Range(0, 1 << 20));
  app.add_option("--duration", options.duration_s, "seconds measured")->check(CLI::Range(0.01, 3600.0));
  app.add_option("--warmup", options.warmup_s, "seconds before that")->check(CLI::Range(0.0, 60.0));
  app.add_option("--pid", options.server_pid, "the server's process, to report its CPU time");
  app.add_flag("--at-once", options.at_once, "write each message at once: the client's option SendAsap");
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  return -1;
}

void sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

struct Responder {
  Responder(const Options& options, size_t index) : peer(options.url, options.writing()) {
    peer.subscribe("bench.procedure." + std::to_string(index),
                   [this](const Incoming& request) { peer.publish(request.reply, request.data); });
    peer.flush();
  }
  Peer peer;
};

// All counters at one point in time.
struct Snapshot {
  Snapshot(const Options& options, const std::vector<std::unique_ptr<Requester>>& requesters)
      : time_ns(load::now_ns()),
        own_cpu_ns(load::cpu_time_ns(::getpid())),
        server_cpu_ns(options.server_pid != 0 ? load::cpu_time_ns(options.server_pid) : 0) {
    for (const auto& requester : requesters) answered += requester->answered();
  }
  uint64_t time_ns, own_cpu_ns, server_cpu_ns, answered = 0;
};

void print(const Snapshot& from, const Snapshot& to, const load::Histogram& latency) {
  const auto operations = static_cast<double>(to.answered - from.answered);
  const auto microseconds = [](uint64_t ns) { return static_cast<double>(ns) / 1000; };
  std::printf(
      "{\"workload\":\"nats\",\"operations\":%.0f,\"seconds\":%.3f,\"ops_per_s\":%.1f,\"p50_us\":%.2f,"
      "\"p99_us\":%.2f,\"server_cpu_us_per_op\":%.4f,\"own_cpu_us_per_op\":%.4f}\n",
      operations, microseconds(to.time_ns - from.time_ns) / 1e6,
      operations * 1e9 / static_cast<double>(to.time_ns - from.time_ns),
      microseconds(latency.quantile_ns(0.5)), microseconds(latency.quantile_ns(0.99)),
      microseconds(to.server_cpu_ns - from.server_cpu_ns) / operations,
      microseconds(to.own_cpu_ns - from.own_cpu_ns) / operations);
}

int run(const Options& options) {
  const std::string payload(options.payload_size, 'a');
  std::atomic<Phase> phase{Phase::warm_up};
  std::vector<std::unique_ptr<Responder>> responders;
  std::vector<std::unique_ptr<Requester>> requesters;
  for (size_t i = 0; i < options.pairs; ++i) {
    responders.push_back(std::make_unique<Responder>(options, i));
    requesters.push_back(
        std::make_unique<Requester>(options.url, options.writing(), i, options.depth, payload, phase));
  }
  for (const auto& requester : requesters) requester->begin();
  sleep_for(options.warmup_s);
  phase = Phase::measuring;
  const Snapshot from(options, requesters);
  sleep_for(options.duration_s);
  const Snapshot to(options, requesters);
  phase = Phase::stopped;

  const auto all_ended = [&] {
    return std::ranges::all_of(requesters, [](const auto& one) { return one->under_way() == 0; });
  };
  for (int i = 0; i < 1000 && !all_ended(); ++i) sleep_for(0.01);
  load::Histogram latency;
  uint64_t wrong = 0;
  for (const auto& requester : requesters) {
    latency.add(requester->latency());
    wrong += requester->wrong();
  }
  print(from, to, latency);
  if (wrong == 0 && all_ended() && to.answered != from.answered) return 0;
  std::fprintf(stderr, "wampd-nats-load: %llu wrong answers, %s lost\n",
               static_cast<unsigned long long>(wrong), all_ended() ? "none" : "some");
  return 1;
}

}  // namespace

}  // namespace bench::nats

int main(int argc, char** argv) {
  try {
    bench::nats::Options options;
    const int status = bench::nats::parse(options, argc, argv);
    return status >= 0 ? status : bench::nats::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wampd-nats-load: %s\n", error.what());
    return 1;
  }
}
