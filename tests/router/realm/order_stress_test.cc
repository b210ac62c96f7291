// The orders that the specification promises, with several workers at once. Run under ThreadSanitizer as
// well.
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

constexpr uint32_t worker_count = 4;
constexpr int steps = 3000;
constexpr int sessions_per_worker = 3;

wamp::ClientFeatures features() {
  const wamp::Dict callee{
      {"features", wamp::Dict{{"progressive_call_results", true}, {"call_canceling", true}}}};
  const wamp::Dict roles{{"callee", callee},
                         {"caller", wamp::Dict{}},
                         {"publisher", wamp::Dict{}},
                         {"subscriber", wamp::Dict{}}};
  return *wamp::client_features(wamp::Dict{{"roles", roles}});
}

// The number that a sender put into its payload: [sender, sequence].
struct Stamp {
  int64_t sender = 0, sequence = 0;
};

RoutedPayload stamped(int64_t sender, int64_t sequence) {
  return make_payload({{sender, sequence}, {}});
}

Stamp stamp_of(const RoutedPayload& payload) {
  const auto arguments = serializers::decode_arguments(payload.format, {payload.bytes(), payload.count});
  return {*arguments.args.at(0).get<int64_t>(), *arguments.args.at(1).get<int64_t>()};
}

// One session as its peer sees it: what it has been told, checked against what it may be told.
class Witness {
 public:
  Witness(Realm& realm, const SessionRef& ref, int64_t name)
      : realm_(realm),
        name_(name),
        member_(std::get<Realm::Joined>(realm.join(ref, {"w", "anonymous", "", ""}, features())).release()),
        random_(static_cast<uint64_t>(name)) {}

  void act() {
    switch (random_() % 8) {
      case 0:
        return subscribe();
      case 1:
        return unsubscribe();
      case 2:
        return register_or_unregister();
      case 3:
      case 4:
        return publish();
      case 5:
        return cancel();
      default:
        return call();
    }
  }

  void hear(const wamp::Message& message, const RoutedPayload& payload) {
    if (const auto* m = std::get_if<wamp::Subscribed>(&message)) {
      if (!subscribed_) last_event_.clear();
      subscribed_ = m->subscription.value;
    }
    if (std::holds_alternative<wamp::Unsubscribed>(message)) subscribed_ = 0;
    if (const auto* m = std::get_if<wamp::Event>(&message)) {
      EXPECT_EQ(m->subscription.value, subscribed_) << "EVENT before SUBSCRIBED or after UNSUBSCRIBED";
      hear_event(stamp_of(payload), m->details.find("retained") != nullptr);
    }
    if (const auto* m = std::get_if<wamp::Registered>(&message)) registered_ = m->registration.value;
    if (std::holds_alternative<wamp::Unregistered>(message)) registered_ = 0;
    if (const auto* m = std::get_if<wamp::Invocation>(&message)) {
      EXPECT_EQ(m->registration.value, registered_) << "INVOCATION before REGISTERED or after UNREGISTERED";
      expect_later(last_invocation_, stamp_of(payload), "invocations of one caller out of order");
      answer(m->request);
    }
    if (const auto* m = std::get_if<wamp::CallResult>(&message)) {
      EXPECT_TRUE(calls_.contains(m->request.value)) << "RESULT after the final one";
      if (m->details.empty()) calls_.erase(m->request.value);
    }
    if (const auto* m = std::get_if<wamp::Error>(&message); m && m->request_type == wamp::MessageType::call) {
      EXPECT_TRUE(calls_.contains(m->request.value)) << "ERROR after the final RESULT";
      calls_.erase(m->request.value);
    }
  }

  // What is for its calls.
  template <class CallMail>
  requires requires(Realm realm, Seat& member, CallMail mail) {
    realm.take(member, std::move(mail), [](auto&&...) {});
  }
  void take(CallMail& mail) {
    realm_.take(*member_, std::move(mail), [this](auto& message, RoutedPayload&& payload, bool) {
      hear(message, payload);
    });
  }

  void leave() { realm_.leave(*member_); }
  size_t open_calls() const { return calls_.size(); }

 private:
  // What was retained comes before what is newer, and of that none is left out and none comes twice.
  void hear_event(const Stamp& stamp, bool retained) {
    LastEvent& last = last_event_[stamp.sender];
    if (last.is_live && !retained)
      EXPECT_EQ(stamp.sequence, last.sequence + 1) << "an event is missing, or two are out of order";
    else
      EXPECT_GE(stamp.sequence, last.sequence + (retained ? 0 : 1)) << "an old event";
    last = {stamp.sequence, !retained};
  }
  using Sequences = std::map<int64_t, int64_t>;
  static void expect_later(Sequences& last, const Stamp& stamp, const char* what) {
    EXPECT_GT(stamp.sequence, last[stamp.sender]) << what;
    last[stamp.sender] = stamp.sequence;
  }
  wamp::RequestId next() { return last_request_ = wamp::next_id(last_request_); }

  void subscribe() {
    wamp::Dict options;
    if (!subscribed_ && random_() % 2 == 0) options.append("get_retained", true);
    (void)realm_.handle(*member_, wamp::Subscribe{next(), options, "com.topic"});
  }
  void unsubscribe() {
    if (subscribed_)
      (void)realm_.handle(*member_, wamp::Unsubscribe{next(), wamp::SubscriptionId(subscribed_)});
  }
  void register_or_unregister() {
    if (registered_)
      (void)realm_.handle(*member_, wamp::Unregister{next(), wamp::RegistrationId(registered_)});
    else
      (void)realm_.handle(*member_,
                          wamp::Register{next(), wamp::Dict{{"invoke", "roundrobin"}}, "com.procedure"});
  }
  void publish() {
    wamp::Dict options;
    if (random_() % 4 == 0) options.append("retain", true);
    (void)realm_.handle(*member_, wamp::Publish{next(), options, "com.topic", {}},
                        stamped(name_, ++publications_));
  }
  void call() {
    const wamp::RequestId request = next();
    calls_.insert(request.value);
    last_call_ = request;
    (void)realm_.handle(*member_,
                        wamp::Call{request, wamp::Dict{{"receive_progress", true}}, "com.procedure", {}},
                        stamped(name_, ++sequence_));
  }
  void cancel() {
    if (last_call_)
      (void)realm_.handle(*member_, wamp::Cancel{last_call_, wamp::Dict{{"mode", "killnowait"}}});
  }
  void answer(wamp::RequestId invocation) {
    for (uint64_t i = random_() % 3; i > 0; --i)
      (void)realm_.handle(*member_, wamp::Yield{invocation, wamp::Dict{{"progress", true}}, {}},
                          RoutedPayload());
    (void)realm_.handle(*member_, wamp::Yield{invocation, {}, {}}, RoutedPayload());
  }

  Realm& realm_;
  const int64_t name_;
  Seat* const member_;
  std::mt19937_64 random_;
  wamp::RequestId last_request_, last_call_;
  int64_t sequence_ = 0, publications_ = 0;
  uint64_t subscribed_ = 0, registered_ = 0;
  std::set<uint64_t> calls_;
  struct LastEvent {
    int64_t sequence = 0;
    bool is_live = false;  // it was not retained
  };
  std::map<int64_t, LastEvent> last_event_;
  Sequences last_invocation_;
};

// What comes out of a worker's mailbox.
struct Hearing {
  void operator()(Delivery& delivery) const {
    sessions[delivery.to.slot]->hear(delivery.message, delivery.payload);
  }
  void operator()(JoinAudience& change) const { audiences.join(std::move(change)); }
  void operator()(LeaveAudience& change) const { audiences.leave(change); }
  void operator()(Together& together) const {
    for (auto& mail : together.mail) std::visit(*this, mail);
  }
  void operator()(Refused& refused) const {
    std::variant<Delivery, Answer> error = error_of(refused);
    std::visit(*this, error);
  }
  void operator()(EventDelivery& event) const {
    audiences.for_each(event.audiences, [&](const Subscriber& to) {
      if (to.session != event.excluded) sessions[to.slot]->hear(event.event, event.payload);
    });
  }
  template <class CallMail>
  requires requires(Witness witness, CallMail mail) { witness.take(mail); }
  void operator()(CallMail& mail) const { sessions[mail.to.slot]->take(mail); }
  void operator()(Fence& fence) const { outbox.pass(fence); }
  void operator()(SessionOrder&) const { ADD_FAILURE() << "nobody is ordered anything"; }
  void operator()(KeptEvents& kept) const {
    while (auto made = kept.next()) (*this)(*made);
  }

  std::vector<std::unique_ptr<Witness>>& sessions;
  Audiences& audiences;
  Outbox& outbox;
};

TEST(OrderStress, HoldsWithSeveralWorkersAtOnce) {
  std::vector<std::unique_ptr<Mailbox>> mailboxes;
  std::vector<Mailbox*> addresses;
  for (uint32_t i = 0; i < worker_count; ++i) {
    mailboxes.push_back(std::make_unique<Mailbox>([] {}));
    addresses.push_back(mailboxes.back().get());
  }
  const SystemClock clock;
  Outbox outbox(addresses);
  Realm realm(RealmHarness::open_realm(), addresses, 1, clock);
  std::atomic<uint32_t> acting{worker_count};

  const auto work = [&](uint32_t worker) {
    Mailbox& mailbox = *mailboxes[worker];
    mailbox.bind_to_this_thread();
    std::vector<std::unique_ptr<Witness>> sessions;
    for (uint32_t slot = 0; slot < sessions_per_worker; ++slot) {
      const uint32_t name = 1 + worker * sessions_per_worker + slot;
      sessions.push_back(
          std::make_unique<Witness>(realm, SessionRef{worker, slot, wamp::SessionId(name)}, name));
    }
    MailList mail;
    Audiences audiences;
    const Hearing hearing{sessions, audiences, outbox};
    const auto listen = [&] {
      Mailbox::send_out();
      mailbox.drain(mail);
      mail.for_each([&hearing](Mail& entry) { std::visit(hearing, entry); });
      return !mail.empty();
    };
    for (int step = 0; step < steps; ++step) {
      sessions[static_cast<size_t>(step) % sessions.size()]->act();
      if (step % 3 == 0) listen();
    }
    --acting;
    // Everybody goes on answering until all have come to rest.
    for (int quiet = 0; acting > 0 || quiet < 100; quiet = listen() ? 0 : quiet + 1)
      std::this_thread::yield();
    return sessions;
  };

  std::vector<std::thread> threads;
  std::vector<std::vector<std::unique_ptr<Witness>>> all(worker_count);
  for (uint32_t worker = 0; worker < worker_count; ++worker)
    threads.emplace_back([&, worker] { all[worker] = work(worker); });
  for (std::thread& thread : threads) thread.join();

  for (const auto& sessions : all)
    for (const auto& session : sessions) session->leave();
  EXPECT_EQ(realm.counts().members, 0u);
  EXPECT_EQ(realm.counts().subscriptions, 0u);
  EXPECT_EQ(realm.counts().registrations, 0u);
}

}  // namespace
}  // namespace router
