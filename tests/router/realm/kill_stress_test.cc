// Members that others remove while their own threads use them. Run under ThreadSanitizer as well.
#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

constexpr int kill_rounds = 300;
constexpr int publications_each = 20;

wamp::ClientFeatures features_of_victims() {
  const wamp::Dict roles{{"caller", wamp::Dict{}}, {"publisher", wamp::Dict{}}, {"subscriber", wamp::Dict{}}};
  return *wamp::client_features(wamp::Dict{{"roles", roles}});
}

// A realm and two threads, each with the mailbox of a worker.
class KillStress : public testing::Test {
 protected:
  KillStress() {
    for (uint32_t worker = 0; worker < 2; ++worker) {
      mailboxes_.push_back(std::make_unique<Mailbox>([] {}));
      addresses_.push_back(mailboxes_.back().get());
    }
    realm = std::make_unique<Realm>(RealmHarness::open_realm(), addresses_, 1, clock_);
  }

  Seat& join(uint32_t worker, uint64_t session) {
    return *std::get<Realm::Joined>(realm->join({worker, 0, wamp::SessionId(session)},
                                                {"w", "anonymous", "", ""}, features_of_victims()))
                .release();
  }
  static wamp::RequestId next(wamp::RequestId& last) { return last = wamp::next_id(last); }
  void call(Seat& member, wamp::RequestId& last, std::string_view procedure, const wamp::List& arguments) {
    (void)realm->handle(member, wamp::Call{next(last), {}, procedure, {}}, make_payload({arguments, {}}));
  }
  // What is in the mailbox has been read and done.
  void read_mail(uint32_t worker) {
    MailList mail;
    mailboxes_[worker]->drain(mail);
    mail.for_each([&](Mail& entry) { std::visit([&](auto& one) { read(worker, one); }, entry); });
  }

  std::unique_ptr<Realm> realm;
  std::atomic<uint64_t> sum{0};

 private:
  template <class Mail>
  void read(uint32_t worker, Mail& mail) {
    Audiences& audiences = audiences_[worker];
    if constexpr (std::is_same_v<Mail, JoinAudience>) {
      audiences.join(std::move(mail));
    } else if constexpr (std::is_same_v<Mail, LeaveAudience>) {
      audiences.leave(mail);
    } else if constexpr (std::is_same_v<Mail, Together>) {
      for (auto& part : mail.mail) std::visit([&](auto& one) { read(worker, one); }, part);
    } else if constexpr (std::is_same_v<Mail, EventDelivery>) {
      audiences.for_each(mail.audiences, [this](const Subscriber& to) { sum += to.slot; });
    }
  }

  const SystemClock clock_;
  std::array<Audiences, 2> audiences_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  std::vector<Mailbox*> addresses_;
};

TEST_F(KillStress, TestamentsArePublishedWhileTheirSessionPublishes) {
  std::atomic<uint64_t> victim{0};
  std::atomic<bool> done{false};
  std::thread killing([&] {
    Seat& killer = join(1, 1);
    wamp::RequestId last;
    for (; !done; read_mail(1))
      if (const uint64_t session = victim.exchange(0)) call(killer, last, "wamp.session.kill", {session});
    realm->leave(killer);
  });
  for (uint64_t round = 0; round < kill_rounds; ++round) {
    Seat& member = join(0, 2 + round);
    wamp::RequestId last;
    call(member, last, "wamp.session.add_testament", {"com.will", wamp::List{}, wamp::Dict{}});
    for (int i = 0; i < publications_each; ++i) {
      if (i == publications_each / 2) victim = 2 + round;
      (void)realm->handle(member, wamp::Publish{next(last), {}, "com.topic", {}}, RoutedPayload());
      (void)realm->handle(member, wamp::Publish{next(last), {}, "com.other", {}}, RoutedPayload());
    }
    while (victim) std::this_thread::yield();
    realm->leave(member);
    read_mail(0);
  }
  done = true;
  killing.join();
  EXPECT_EQ(realm->counts().members, 0u);
}

TEST_F(KillStress, SubscribersAreRevokedWhileTheirWorkerReadsTheAudience) {
  std::atomic<bool> done{false};
  std::atomic<uint64_t> subscribed{0};
  std::thread revoking([&] {
    Seat& revoker = join(1, 1);
    wamp::RequestId last;
    for (; !done; read_mail(1)) {
      const uint64_t subscription = subscribed.exchange(0);
      if (!subscription) continue;
      (void)realm->handle(revoker, wamp::Publish{next(last), {}, "com.topic", {}}, RoutedPayload());
      std::this_thread::yield();
      call(revoker, last, "wamp.subscription.remove_subscriber", {subscription, uint64_t{2}});
    }
    realm->leave(revoker);
  });
  Seat& member = join(0, 2);
  Seat& other = join(0, 3);
  wamp::RequestId last, last_of_other;
  (void)realm->handle(other, wamp::Subscribe{next(last_of_other), {}, "com.topic"});
  for (int round = 0; round < kill_rounds; ++round) {
    (void)realm->handle(member, wamp::Subscribe{next(last), {}, "com.topic"});
    subscribed = 1;
    while (subscribed) read_mail(0);
  }
  done = true;
  revoking.join();
  realm->leave(member);
  realm->leave(other);
  EXPECT_EQ(realm->counts().subscriptions, 0u);
}

}  // namespace
}  // namespace router
