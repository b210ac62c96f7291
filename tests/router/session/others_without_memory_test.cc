// What others feel of a session that ends, or of what the realm wants of it, when there is no memory for some
// of it: each allocation fails in turn. Nobody waits for ever, and nothing is lost that was theirs.
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/authorized_wires.h"
#include "tests/router/support/failing_memory.h"
#include "tests/router/support/realm_harness.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct WhoElse {
  const char* name;
  const char* options;  // of the other callee's REGISTER; null: there is none
  bool is_busy = false;
};

class ARerouteWithoutMemory : public testing::TestWithParam<WhoElse> {};

// It costs the callee that was unavailable, and the call goes on or ends.
TEST_P(ARerouteWithoutMemory, LosesNoCall) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    RealmHarness realm;
    const std::vector<std::string> features = {"call_reroute", "call_canceling",
                                               "progressive_call_invocations"};
    Peer& other = realm.join(features);
    Peer& tired = realm.join(features);
    Peer& caller = realm.join();
    if (GetParam().options) {
      other.says("[64,1," + std::string(GetParam().options) + R"(,"com.work"])");
      if (GetParam().is_busy) caller.says(R"([48,1,{},"com.work"])");
    }
    tired.says(R"([64,1,{"invoke":"last","concurrency":1},"com.work"])");
    caller.says(R"([48,2,{"progress":true},"com.work"])");
    caller.says(R"([48,3,{},"com.work"])");
    for (Peer* peer : {&other, &tired, &caller}) peer->hears();

    const bool has_failed = fails(at, [&] { tired.says(R"([8,68,1,{},"wamp.error.unavailable"])"); });
    caller.says_continuation(R"([48,2,{},"com.work"])");
    if (has_failed) tired.leaves();
    realm.passes(a_while);
    for (int request = 1; request <= 4; ++request) other.says("[70," + std::to_string(request) + ",{}]");
    if (!has_failed) tired.leaves();
    realm.passes(a_while);
    const std::string answers = caller.hears();
    for (const char* request : {"2", "3"})
      EXPECT_TRUE(answers.find("[50," + std::string(request) + ",") != std::string::npos ||
                  answers.find("[8,48," + std::string(request) + ",") != std::string::npos)
          << request << " at " << at << ": " << answers;
    EXPECT_EQ(realm.realm().counts().calls, 0u) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 2u);
}

INSTANTIATE_TEST_SUITE_P(
    , ARerouteWithoutMemory,
    testing::Values(WhoElse{"ToNobody", nullptr}, WhoElse{"ToOneThatIsFree", R"({"invoke":"last"})"},
                    WhoElse{"ToOneThatIsBusy", R"({"invoke":"last","concurrency":1})", true}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(ACallWithoutMemory, IsNotWaitedForByACalleeThatIsClogged) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    RealmHarness realm;
    Peer& callee = realm.join();
    Peer& unlucky = realm.join();
    Peer& caller = realm.join();
    callee.says(R"([64,1,{},"com.work"])");
    callee.hears();
    callee.clogs();
    const bool has_failed = fails(at, [&] { unlucky.says(R"([48,1,{},"com.work"])"); });
    if (has_failed) unlucky.leaves();
    callee.unclogs();
    callee.hears();
    caller.says(R"([48,2,{},"com.work",["next"]])");
    EXPECT_THAT(callee.hears(), HasSubstr("next")) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 2u);
}

TEST(ACancelWithoutMemory, LeavesItsCalleeToOthersThatWait) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    RealmHarness realm;
    Peer& callee = realm.join({}, "anonymous", 0, 100);
    Peer& unlucky = realm.join();
    Peer& caller = realm.join();
    callee.says(R"([64,1,{},"com.one"])");
    callee.says(R"([64,2,{},"com.two"])");
    callee.hears();
    callee.clogs();
    unlucky.says(R"([48,1,{},"com.one"])");
    caller.says(R"([48,1,{},"com.two",["waits"]])");
    // The first one takes all the room, and is canceled before it has gone.
    callee.unclogs();
    const bool has_failed = fails(at, [&] { unlucky.says("[49,1,{}]"); });
    if (has_failed) unlucky.leaves();
    caller.says(R"([48,2,{},"com.two"])");
    EXPECT_THAT(callee.hears(), HasSubstr("waits")) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 1u);
}

TEST(AProbeWithoutMemory, IsMadeForWhoWantsItNext) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    RealmHarness realm;
    Peer& holder = realm.join();
    Peer& unlucky = realm.join();
    Peer& other = realm.join();
    holder.says(R"([64,1,{},"com.mine"])");
    const bool has_failed = fails(at, [&] { unlucky.says(R"([64,1,{},"com.mine"])"); });
    other.says(R"([64,1,{},"com.mine"])");
    EXPECT_THAT(other.hears(), StartsWith(R"([8,64,1,{},"wamp.error.procedure_already_exists")")) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 2u);
}

TEST(AnOrderWithoutMemory, CostsWhomItIsFor) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    SessionHarness router;
    Wire& holder = router.join();
    Wire& other = router.join();
    says(holder, R"([64,1,{},"com.mine"])");
    other.receives_with_more(R"([64,1,{},"com.mine"])");
    const bool has_failed = fails(at, [&] { mail_comes(router); });
    mail_comes(router);
    if (other.dropped().empty()) {
      const bool is_answered = other.sent().find("[8,64,1,") != std::string::npos;
      EXPECT_TRUE(is_answered || !holder.dropped().empty()) << at;
    }
    EXPECT_EQ(router.worker().counters().lost_event_memory.value(), 0u) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 1u);
}

TEST(ARevocationWithoutMemory, IsOneOrNone) {
  // What the router's procedures have made once and for all is not to be what fails.
  RealmHarness().join().says(R"([48,1,{},"wamp.subscription.remove_subscriber",[1,1]])");
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    RealmHarness realm;
    Peer& victim = realm.join();
    Peer& publisher = realm.join();
    Peer& judge = realm.join();
    victim.says(R"([32,1,{},"com.topic"])");
    victim.hears();
    // An event that is on its way shares the list of subscribers.
    publisher.says(R"([16,1,{},"com.topic"])");
    const std::string sentence =
        R"([48,1,{},"wamp.subscription.remove_subscriber",[1,)" + std::to_string(victim.id()) + "]]";
    const bool has_failed = fails(at, [&] { judge.says(sentence); });
    const std::string heard = victim.hears();
    const bool is_told = heard.find("[35,0,") != std::string::npos;
    publisher.says(R"([16,2,{},"com.topic"])");
    const std::string later = victim.hears();
    EXPECT_EQ(later.empty(), is_told) << at;
    EXPECT_TRUE(is_told || has_failed) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 2u);
}

}  // namespace
}  // namespace router
