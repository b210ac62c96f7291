// What several workers do in one realm, and what they do in a realm each: calls and their answers, in memory,
// without sessions and sockets. Callers and callees of the one realm are on different workers, so each call goes
// from one thread to another and back. Where a machine gives two threads less than twice of what it gives one, that
// shows in the second figure.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/open_realm.h"

namespace router {
namespace {

constexpr size_t callers_of_each = 8, depth = 32;
constexpr size_t calls_of_each = 200'000;  // of a worker

// A worker as far as calls go: its sessions are callers, but for the first, which is the callee of another
// worker's.
class CallingWorker {
 public:
  CallingWorker(Realm& realm, Mailbox& mailbox, uint32_t number) : realm_(realm), mailbox_(mailbox) {
    for (uint32_t slot = 0; slot <= callers_of_each; ++slot) {
      const SessionRef ref{number, slot, wamp::SessionId(1 + 1000 * number + slot)};
      sessions_.push_back(join(realm, ref));
    }
  }
  void register_as(const std::string& procedure) {
    check(realm_.handle(*sessions_.front(), wamp::Register{wamp::RequestId(1), {}, procedure}));
  }
  // On its thread, until all have done their calls.
  void call(const std::string& procedure, std::atomic<size_t>& left) {
    mailbox_.bind_to_this_thread();
    procedure_ = procedure;
    calls_to_begin_ = calls_of_each;
    for (size_t i = 0; i < depth; ++i)
      for (uint32_t slot = 1; slot <= callers_of_each; ++slot) begin_call(slot);
    for (size_t before = 0; left.load(std::memory_order_relaxed) > 0;) {
      Mailbox::wake_others();
      mailbox_.drain(mail_);
      mail_.for_each([this](Mail& mail) { std::visit([this](auto& one) { take(one); }, mail); });
      left.fetch_sub(answered_ - before, std::memory_order_relaxed);
      before = answered_;
    }
    answered_ = 0;
    Mailbox::wake_others();
  }

 private:
  void begin_call(uint32_t slot) {
    if (calls_to_begin_ == 0) return;
    --calls_to_begin_;
    wamp::Call message;
    message.request = last_request_ = wamp::next_id(last_request_);
    message.procedure = procedure_;
    check(realm_.handle(*sessions_[slot], message, RoutedPayload(payload_)));
  }
  void take(Invoke& invoke) {
    Seat& callee = *sessions_[invoke.to.slot];
    wamp::Yield yield;
    realm_.take(callee, std::move(invoke),
                [&](const wamp::Invocation& message, auto&&...) { yield.request = message.request; });
    check(realm_.handle(callee, yield, RoutedPayload(payload_)));
  }
  void take(Answer& answer) {
    const uint32_t slot = answer.to.slot;
    realm_.take(*sessions_[slot], std::move(answer), [](auto&&...) {});
    ++answered_;
    begin_call(slot);
  }
  template <class Other>
  void take(Other&) {}

  Realm& realm_;
  Mailbox& mailbox_;
  std::vector<Realm::Joined> sessions_;  // by slot
  std::string procedure_;
  MailList mail_;
  size_t calls_to_begin_ = 0, answered_ = 0;
  wamp::RequestId last_request_;
  const RoutedPayload payload_ = make_payload({{42}, {}});
};

// Workers of one realm. Their callees are each others'.
class CallingRealm {
 public:
  explicit CallingRealm(uint32_t workers) {
    std::vector<Mailbox*> addresses;
    for (uint32_t i = 0; i < workers; ++i)
      addresses.push_back(mailboxes_.emplace_back(std::make_unique<Mailbox>([] {})).get());
    realm_ = std::make_unique<Realm>(open_realm(), addresses, 1, clock_);
    for (uint32_t i = 0; i < workers; ++i)
      workers_.emplace_back(std::make_unique<CallingWorker>(*realm_, *addresses[i], i))->register_as(name(i));
  }
  void begin(std::vector<std::thread>& threads) {
    left_ = workers_.size() * calls_of_each;
    for (size_t i = 0; i < workers_.size(); ++i)
      threads.emplace_back([this, i] { workers_[i]->call(name((i + 1) % workers_.size()), left_); });
  }

 private:
  static std::string name(size_t worker) { return "com.worker" + std::to_string(worker); }

  SystemClock clock_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  std::unique_ptr<Realm> realm_;
  std::vector<std::unique_ptr<CallingWorker>> workers_;
  std::atomic<size_t> left_ = 0;
};

void run(benchmark::State& state, std::vector<std::unique_ptr<CallingRealm>>& realms, int64_t workers) {
  for (auto _ : state) {
    std::vector<std::thread> threads;
    for (const auto& realm : realms) realm->begin(threads);
    for (std::thread& thread : threads) thread.join();
  }
  state.SetItemsProcessed(state.iterations() * workers * static_cast<int64_t>(calls_of_each));
}

void workers_of_one_realm(benchmark::State& state) {
  std::vector<std::unique_ptr<CallingRealm>> realms;
  realms.push_back(std::make_unique<CallingRealm>(static_cast<uint32_t>(state.range(0))));
  run(state, realms, state.range(0));
}

void workers_with_a_realm_each(benchmark::State& state) {
  std::vector<std::unique_ptr<CallingRealm>> realms;
  for (int64_t i = 0; i < state.range(0); ++i) realms.push_back(std::make_unique<CallingRealm>(1));
  run(state, realms, state.range(0));
}

BENCHMARK(workers_of_one_realm)->ArgName("workers")->Arg(1)->Arg(2)->Arg(4)->UseRealTime();
BENCHMARK(workers_with_a_realm_each)->ArgName("workers")->Arg(1)->Arg(2)->Arg(4)->UseRealTime();

}  // namespace
}  // namespace router
