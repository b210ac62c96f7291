// How a procedure changes hands: by a probe of a holder that may be dead, by force, and by revocation.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto already_exists = R"([8,64,1,{},"wamp.error.procedure_already_exists")";

class Takeover : public testing::Test {
 protected:
  explicit Takeover(config::Realm config = RealmHarness::open_realm()) : realm(std::move(config)) {}

  Peer& holder_of_add(std::vector<std::string> features = {}) {
    Peer& holder = realm.join(std::move(features));
    holder.says(R"([64,1,{},"com.add"])");
    EXPECT_EQ(holder.hears(), "[65,1,1]");
    return holder;
  }

  RealmHarness realm;
};

TEST_F(Takeover, AHolderThatIsAliveKeepsItsProcedure) {
  Peer& holder = holder_of_add();
  Peer& other = realm.join();
  other.says(R"([64,1,{},"com.add"])");
  EXPECT_THAT(other.hears(), StartsWith(already_exists));
  other.says(R"([48,2,{},"com.add"])");
  EXPECT_EQ(holder.hears(), "[68,1,1,{}]");
}

TEST_F(Takeover, AHolderThatDoesNotAnswerLosesItsProcedureAndItsSession) {
  Peer& holder = holder_of_add();
  holder.freezes();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  Peer& other = realm.join();
  other.says(R"([64,1,{},"com.add"])");
  EXPECT_EQ(other.hears(), "");
  realm.passes(milliseconds(999));
  EXPECT_EQ(other.hears(), "");
  realm.passes(milliseconds(1));
  EXPECT_EQ(other.hears(), "[65,1,2]");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_THAT(holder.hears(), HasSubstr(R"("wamp.close.killed")"));
  EXPECT_EQ(realm.realm().counts().members, 2u);
  holder.says(R"([64,2,{},"com.sub"])");
  EXPECT_EQ(realm.realm().counts().registrations, 1u) << "nothing comes of what it still says";
}

class TakeoverWithinLimits : public Takeover {
 protected:
  static config::Realm with_one_registration() {
    config::Realm config = RealmHarness::open_realm();
    config.limits.registrations = 1;
    config.limits.registrations_per_session = 1;
    config.roles.front().permissions.front().force_reregister = true;
    return config;
  }
  TakeoverWithinLimits() : Takeover(with_one_registration()) {}
};

TEST_F(TakeoverWithinLimits, ByForceNeedsNoRoomForAnotherRegistration) {
  holder_of_add();
  Peer& other = realm.join();
  other.says(R"([64,1,{"force_reregister":true},"com.add"])");
  EXPECT_EQ(other.hears(), "[65,1,2]");
  EXPECT_EQ(realm.realm().counts().registrations, 1u);
}

TEST_F(TakeoverWithinLimits, WhoMayHaveNoMoreTakesNothingFromTheDead) {
  Peer& holder = holder_of_add();
  holder.freezes();
  Peer& other = realm.join();
  other.says(R"([64,1,{},"com.add"])");
  Peer& third = realm.join();
  third.says(R"([64,1,{},"com.add"])");
  realm.passes(milliseconds(1000));
  EXPECT_EQ(other.hears(), "[65,1,2]");
  EXPECT_THAT(third.hears(), StartsWith(already_exists));
  other.says(R"([64,2,{},"com.more"])");
  EXPECT_THAT(other.hears(), HasSubstr("wamp.error.too_many_requests"));
}

TEST_F(Takeover, OfManyProceduresNeedsOneProbe) {
  Peer& holder = realm.join();
  Peer& other = realm.join();
  for (int i = 1; i <= 1000; ++i)
    holder.says("[64," + std::to_string(i) + ",{},\"com.p" + std::to_string(i) + "\"]");
  holder.freezes();
  for (int i = 1; i <= 1000; ++i)
    other.says("[64," + std::to_string(i) + ",{},\"com.p" + std::to_string(i) + "\"]");
  EXPECT_EQ(holder.probes(), 1u);
  realm.passes(milliseconds(1000));
  const std::string heard = other.hears();
  EXPECT_EQ(std::count(heard.begin(), heard.end(), '\n'), 999);
  EXPECT_THAT(heard, testing::Not(HasSubstr("wamp.error")));
  EXPECT_EQ(realm.realm().counts().registrations, 1000u);
}

TEST_F(Takeover, OfSeveralWhoWaitTheFirstGetsIt) {
  Peer& holder = holder_of_add();
  holder.freezes();
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([64,1,{},"com.add"])");
  second.says(R"([64,1,{},"com.add"])");
  realm.passes(milliseconds(1000));
  EXPECT_EQ(first.hears(), "[65,1,2]");
  EXPECT_THAT(second.hears(), StartsWith(already_exists));
}

TEST_F(Takeover, AHolderThatLeavesDuringTheProbeMakesRoomAtOnce) {
  Peer& holder = holder_of_add();
  holder.freezes();
  Peer& other = realm.join();
  other.says(R"([64,1,{},"com.add"])");
  EXPECT_EQ(other.hears(), "");
  holder.leaves();
  EXPECT_EQ(other.hears(), "[65,1,2]");
}

TEST_F(Takeover, WhoWaitsMayLeave) {
  Peer& holder = holder_of_add();
  holder.freezes();
  Peer& other = realm.join();
  other.says(R"([64,1,{},"com.add"])");
  other.leaves();
  realm.passes(milliseconds(1000));
  EXPECT_EQ(realm.realm().counts().members, 1u) << "nobody wants the holder's procedure any more";
  EXPECT_EQ(realm.realm().counts().registrations, 1u);
}

TEST_F(Takeover, IsOffWithoutAProbeTimeout) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.probe_timeout_ms = 0;
  RealmHarness strict(config);
  Peer& holder = strict.join();
  holder.says(R"([64,1,{},"com.add"])");
  holder.freezes();
  Peer& other = strict.join();
  other.says(R"([64,1,{},"com.add"])");
  EXPECT_THAT(other.hears(), StartsWith(already_exists));
}

TEST_F(Takeover, ByForceRevokesTheHoldersRegistration) {
  config::Realm config = RealmHarness::open_realm();
  config.roles[0].permissions[0].force_reregister = true;
  RealmHarness open(config);
  Peer& told = open.join({"registration_revocation"});
  Peer& untold = open.join();
  told.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  untold.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  told.hears();
  untold.hears();
  Peer& other = open.join();
  other.says(R"([64,1,{"force_reregister":true},"com.add"])");
  EXPECT_EQ(other.hears(), "[65,1,2]");
  EXPECT_EQ(told.hears(), R"([67,0,{"registration":1,"reason":"wamp.registration.replaced"}])");
  EXPECT_EQ(untold.hears(), "") << "it has not announced registration_revocation";
  EXPECT_EQ(open.realm().counts().registrations, 1u);
}

TEST_F(Takeover, ByForceNeedsThePermission) {
  holder_of_add();
  Peer& other = realm.join();
  other.says(R"([64,1,{"force_reregister":true},"com.add"])");
  EXPECT_THAT(other.hears(), StartsWith(R"([8,64,1,{},"wamp.error.not_authorized")"));
}

TEST_F(Takeover, ByForceLetsCallsInProgressEnd) {
  config::Realm config = RealmHarness::open_realm();
  config.roles[0].permissions[0].force_reregister = true;
  RealmHarness open(config);
  Peer& holder = open.join();
  holder.says(R"([64,1,{},"com.add"])");
  Peer& caller = open.join();
  caller.says(R"([48,1,{},"com.add"])");
  Peer& other = open.join();
  other.says(R"([64,1,{"force_reregister":true},"com.add"])");
  holder.says("[70,1,{},[1]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[1]]");
}

TEST_F(Takeover, RemoveCalleeRevokesARegistrationWithAReason) {
  Peer& holder = holder_of_add({"registration_revocation"});
  Peer& admin = realm.join();
  admin.says("[48,1,{},\"wamp.registration.remove_callee\",[1," + std::to_string(holder.id()) +
             R"(,"moving"]])");
  EXPECT_EQ(admin.hears(), "[50,1,{}]");
  EXPECT_EQ(holder.hears(), R"([67,0,{"registration":1,"reason":"moving"}])");
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
  admin.says("[48,2,{},\"wamp.registration.remove_callee\",[1," + std::to_string(holder.id()) + "]]");
  EXPECT_THAT(admin.hears(), StartsWith(R"([8,48,2,{},"wamp.error.no_such_registration")"));
}

TEST_F(Takeover, RemoveCalleeKnowsWhoIsACallee) {
  holder_of_add();
  Peer& admin = realm.join();
  admin.says("[48,1,{},\"wamp.registration.remove_callee\",[1," + std::to_string(admin.id()) + "]]");
  EXPECT_THAT(admin.hears(), StartsWith(R"([8,48,1,{},"wamp.error.no_such_session")"));
}

TEST_F(Takeover, RemoveSubscriberRevokesASubscription) {
  Peer& subscriber = realm.join();
  subscriber.says(R"([32,1,{},"com.topic"])");
  subscriber.hears();
  Peer& admin = realm.join();
  admin.says("[48,1,{},\"wamp.subscription.remove_subscriber\",[1," + std::to_string(subscriber.id()) +
             R"(],{"reason":"no longer authorized"}])");
  EXPECT_EQ(admin.hears(), "[50,1,{}]");
  EXPECT_EQ(subscriber.hears(), R"([35,0,{"subscription":1,"reason":"no longer authorized"}])");
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
}

TEST_F(Takeover, ACalleeMayAskToKnowItsCallers) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{"disclose_caller":true},"com.add"])");
  callee.hears();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_THAT(callee.hears(), HasSubstr(R"("caller":1002)"));
}

}  // namespace
}  // namespace router
