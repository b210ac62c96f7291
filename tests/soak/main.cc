// wampd-soak PROGRAM SECONDS SEED: a router under mixed load and random faults. Fails if a request is not
// answered exactly once, if events are lost, doubled or out of order, if anything is left at the end, or if
// the router does not end well (sanitizers make it end badly).
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <thread>

#include "tests/soak/book.h"
#include "tests/soak/router_process.h"
#include "tests/soak/stayers.h"
#include "tests/soak/visitors.h"
#include "tests/support/temporary_folder.h"

namespace soak {
namespace {

using router::Carrier;
using router::Speech;
using router::WampClient;
using serializers::Format;

// Subscribers of these tests answer no pings, so the first transport sends none. The second transport is for
// those who come and go: it does not wait long for who is silent.
constexpr const char* config_text = R"({
  "workers": 2,
  "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [{"uri": "", "match": "prefix",
    "allow": {"call": true, "register": true, "publish": true, "subscribe": true}}]}]}],
  "transports": [
    {"type": "universal", "rawsocket": {}, "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0},
     "web": {"paths": {"ws": {"type": "websocket"}}}, "limits": {"ping_interval_ms": 86400000}},
    {"type": "universal", "rawsocket": {}, "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0},
     "web": {"paths": {"ws": {"type": "websocket"}}},
     "limits": {"handshake_timeout_ms": 1000, "ping_interval_ms": 500, "ping_timeout_ms": 500,
                "max_message_size": 65536, "max_queued_bytes": 262144}}]
})";

constexpr int callers = 3, callees = 2, subscribers = 4, visitors = 3;
// Of RSS, with what allocators keep. The sanitizers keep what was freed.
#ifdef WAMPD_SANITIZED
constexpr uint64_t allowed_growth = uint64_t{1} << 40;
#else
constexpr uint64_t allowed_growth = 16 << 20;
#endif

class Soak {
 public:
  Soak(const std::string& program, int seconds, uint64_t seed)
      : config_file_(write_config()),
        router_(program, config_file_, folder_.file("log"), 2),
        seconds_(seconds),
        seed_(seed) {}

  bool run() {
    start_stayers();
    start_visitors();
    const auto begin = std::chrono::steady_clock::now();
    wait_until(begin + std::chrono::seconds(seconds_) / 3);
    const uint64_t resident_before = router_.resident_bytes();
    wait_until(begin + std::chrono::seconds(seconds_));
    book_.end();
    for (std::thread& thread : threads_) thread.join();
    if (!book_.faults().empty()) std::fprintf(stderr, "the last words of wampd:\n%s\n", last_words().c_str());
    if (router_.runs()) check_what_is_left(resident_before);
    const int code = router_.terminate();
    if (code != 0) book_.complain("wampd ended with code " + std::to_string(code) + ":\n" + last_words());
    return report();
  }

 private:
  std::string write_config() {
    const std::string file = folder_.file("wampd.json");
    std::ofstream(file) << config_text;
    return file;
  }

  void start(std::function<void()> work) { threads_.emplace_back(std::move(work)); }

  Place place(int number) const {
    return {router_.port(0),
            Speech(serializers::all_formats[static_cast<size_t>(number) % serializers::format_count],
                   static_cast<Carrier>(number / 2 % 3))};
  }

  void start_stayers() {
    for (int i = 0; i < callees; ++i) start([this, i] { answer(book_, place(i), ready_); });
    for (int i = 0; i < subscribers; ++i) start([this, i] { subscribe(book_, place(i), ready_); });
    while (ready_ < callees + subscribers && !book_.over())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (int i = 0; i < callers; ++i) {
      start([this, i] {
        call(book_, place(i), seed_ + static_cast<uint64_t>(i));
        --others_left_;
      });
    }
    start([this] { publish(book_, place(0), seed_ + 100, subscribers, others_left_); });
  }

  void start_visitors() {
    for (int i = 0; i < visitors; ++i) {
      start([this, i] {
        visit(book_, router_.port(1), seed_ + 200 + static_cast<uint64_t>(i));
        --others_left_;
      });
    }
    start([this] { stall(book_, router_.port(1), seed_ + 300); });
  }

  void wait_until(std::chrono::steady_clock::time_point time) {
    while (!book_.over() && std::chrono::steady_clock::now() < time) {
      if (!router_.runs()) book_.complain("wampd has ended:\n" + last_words());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  // The last visitors are in the dark until the router has noticed.
  void check_what_is_left(uint64_t resident_before) {
    try {
      WampClient auditor(router_.port(0), Format::json);
      auditor.joins();
      const std::string alone =
          R"([1] {"exact":[],"prefix":[],"wildcard":[]} {"exact":[],"prefix":[],"wildcard":[]} )";
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
      std::string left;
      do {
        left.clear();
        for (const char* procedure :
             {"wamp.session.count", "wamp.registration.list", "wamp.subscription.list"})
          left += ask(auditor, procedure) + " ";
      } while (left != alone && std::chrono::steady_clock::now() < deadline);
      if (left != alone) book_.complain("the router still holds " + left);
    } catch (const std::exception& error) {
      book_.complain(std::string("the auditor: ") + error.what());
    }
    const uint64_t now = router_.resident_bytes();
    std::printf("RSS %.1f -> %.1f MiB\n", static_cast<double>(resident_before) / (1 << 20),
                static_cast<double>(now) / (1 << 20));
    if (now > resident_before + allowed_growth) book_.complain("the router's memory has grown");
  }
  std::string ask(WampClient& auditor, const std::string& procedure) {
    auditor.says("[48," + std::to_string(++asked_) + R"(,{},")" + procedure + "\"]");
    std::string answer = auditor.hears();
    answer.erase(0, answer.find("{},[") + 4);
    if (procedure == "wamp.session.count") return "[" + answer.substr(0, answer.size() - 2) + "]";
    return answer.substr(0, answer.size() - 2);
  }

  std::string last_words() const {
    const std::string log = router_.log();
    return log.substr(log.size() - std::min<size_t>(log.size(), 8000));
  }

  bool report() const {
    std::printf("%llu answers, %llu events in order, %llu visits\n",
                static_cast<unsigned long long>(book_.answers), static_cast<unsigned long long>(book_.events),
                static_cast<unsigned long long>(book_.visits));
    const auto faults = book_.faults();
    for (const std::string& fault : faults) std::fprintf(stderr, "FAULT: %s\n", fault.c_str());
    return faults.empty() && book_.answers > 0 && book_.events > 0 && book_.visits > 0;
  }

  test_support::TemporaryFolder folder_;
  std::string config_file_;
  RouterProcess router_;
  const int seconds_;
  const uint64_t seed_;
  Book book_;
  std::atomic<int> ready_{0};
  std::atomic<int> others_left_{callers + visitors};
  int asked_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace
}  // namespace soak

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: wampd-soak PROGRAM SECONDS SEED\n");
    return 2;
  }
  try {
    std::printf("soaking for %s s, seed %s\n", argv[2], argv[3]);
    std::fflush(stdout);
    return soak::Soak(argv[1], std::stoi(argv[2]), std::stoull(argv[3])).run() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wampd-soak: %s\n", error.what());
    return 1;
  }
}
