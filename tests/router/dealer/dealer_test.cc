#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

class Dealing : public testing::Test {
 protected:
  // A callee that has registered com.add; its registration has id 1.
  Peer& callee_of_add(std::vector<std::string> features = {}) {
    Peer& callee = realm.join(std::move(features));
    callee.says(R"([64,1,{},"com.add"])");
    EXPECT_EQ(callee.hears(), "[65,1,1]");
    return callee;
  }

  RealmHarness realm;
};

TEST_F(Dealing, ACallGoesToTheCalleeAndItsResultBack) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add",[23,7]])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{},[23,7]]");
  callee.says("[70,1,{},[30]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[30]]");
}

TEST_F(Dealing, PayloadsPassAsTheyAre) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  caller.says(R"([48,2,{},"com.add",[]])");
  caller.says(R"([48,3,{},"com.add",[],{}])");
  caller.says(R"([48,4,{},"com.add",[ 1.0 , "\u00e9"],{"b":1,"a":2, "b":3}])");
  EXPECT_EQ(callee.hears(),
            "[68,1,1,{}]\n"
            "[68,2,1,{},[]]\n"
            "[68,3,1,{},[],{}]\n"
            R"([68,4,1,{},[ 1.0 , "\u00e9"],{"b":1,"a":2, "b":3}])");
}

TEST_F(Dealing, AnErrorOfTheCalleePassesWithItsArguments) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.hears();
  callee.says(R"([8,68,1,{"x_y":1},"com.error.odd",["Object is write protected."],{"severity":3}])");
  EXPECT_EQ(caller.hears(),
            R"([8,48,1,{"x_y":1},"com.error.odd",["Object is write protected."],{"severity":3}])");
}

TEST(TrustLevels, ATrustlevelOfTheRuleIsToldToCalleesAndSubscribers) {
  config::Realm config = RealmHarness::open_realm();
  config.roles[0].permissions[0].trustlevel = 2;
  RealmHarness realm(config);
  Peer& peer = realm.join();
  peer.says(R"([64,1,{},"com.add"])");
  peer.says(R"([32,2,{},"com.topic"])");
  peer.hears();
  Peer& other = realm.join();
  other.says(R"([48,1,{},"com.add"])");
  other.says(R"([16,2,{},"com.topic"])");
  EXPECT_EQ(peer.hears(), R"([68,1,1,{"trustlevel":2}])"
                          "\n"
                          R"([36,1,1,{"trustlevel":2}])");
}

TEST_F(Dealing, AnInvalidErrorUriIsReplaced) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.says(R"([8,68,1,{},"not a uri"])");
  EXPECT_THAT(caller.hears(), testing::StartsWith(R"([8,48,1,{},"wamp.error.invalid_uri")"));
}

TEST_F(Dealing, ACallToNobodyIsRefused) {
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.none"])");
  EXPECT_EQ(caller.hears(),
            R"([8,48,1,{},"wamp.error.no_such_procedure",["no procedure is registered as com.none"]])");
}

TEST_F(Dealing, AProcedureIsRegisteredOnce) {
  callee_of_add();
  Peer& other = realm.join();
  other.says(R"([64,1,{},"com.add"])");
  EXPECT_THAT(other.hears(), testing::StartsWith(R"([8,64,1,{},"wamp.error.procedure_already_exists")"));
}

TEST_F(Dealing, AfterUnregisterAProcedureIsFree) {
  Peer& callee = callee_of_add();
  callee.says("[66,2,1]");
  EXPECT_EQ(callee.hears(), "[67,2]");
  Peer& other = realm.join();
  other.says(R"([48,1,{},"com.add"])");
  EXPECT_THAT(other.hears(), testing::HasSubstr("wamp.error.no_such_procedure"));
  other.says(R"([64,2,{},"com.add"])");
  EXPECT_EQ(other.hears(), "[65,2,2]");
}

TEST_F(Dealing, NobodyUnregistersWhatAnotherHolds) {
  Peer& callee = callee_of_add();
  Peer& other = realm.join();
  other.says("[66,1,1]");
  EXPECT_THAT(other.hears(), testing::StartsWith(R"([8,66,1,{},"wamp.error.no_such_registration")"));
  other.says(R"([48,2,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
}

TEST_F(Dealing, ACallInProgressEndsWellAfterItsProcedureWasUnregistered) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.says("[66,2,1]");
  callee.says("[70,1,{}]");
  EXPECT_EQ(caller.hears(), "[50,1,{}]");
}

TEST_F(Dealing, InvocationsAreNumberedFromOneForEachCallee) {
  Peer& first = callee_of_add();
  Peer& second = realm.join();
  second.says(R"([64,1,{},"com.sub"])");
  second.hears();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  caller.says(R"([48,2,{},"com.sub"])");
  caller.says(R"([48,3,{},"com.add"])");
  EXPECT_EQ(first.hears(), "[68,1,1,{}]\n[68,2,1,{}]");
  EXPECT_EQ(second.hears(), "[68,1,2,{}]");
}

TEST_F(Dealing, ResultsGoBackInTheOrderOfTheAnswers) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  caller.says(R"([48,2,{},"com.add"])");
  callee.says("[70,2,{}]");
  callee.says("[70,1,{}]");
  EXPECT_EQ(caller.hears(), "[50,2,{}]\n[50,1,{}]");
}

TEST_F(Dealing, ASessionMayCallItself) {
  Peer& callee = callee_of_add();
  callee.says(R"([48,2,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  callee.says("[70,1,{}]");
  EXPECT_EQ(callee.hears(), "[50,2,{}]");
}

TEST_F(Dealing, NobodyAnswersWhatAnotherWasAsked) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  Peer& stranger = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  stranger.says(R"([70,1,{},["forged"]])");
  EXPECT_TRUE(stranger.violation());
  EXPECT_EQ(caller.hears(), "");
  callee.says("[70,1,{}]");
  EXPECT_EQ(caller.hears(), "[50,1,{}]");
}

TEST_F(Dealing, ALateAnswerIsIgnoredAndOneThatWasNeverAskedForIsAViolation) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.says("[70,1,{}]");
  callee.says("[70,1,{}]");
  EXPECT_FALSE(callee.violation());
  callee.says(R"([8,68,1,{},"com.error"])");
  EXPECT_FALSE(callee.violation());
  EXPECT_EQ(caller.hears(), "[50,1,{}]");
  callee.says("[70,2,{}]");
  EXPECT_EQ(callee.violation(), "YIELD.INVOCATION.Request: no INVOCATION 2 was sent to this session");
  callee.says(R"([8,68,3,{},"com.error"])");
  EXPECT_TRUE(callee.violation());
}

TEST_F(Dealing, WhenTheCalleeLeavesItsCallersAreToldAtOnce) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  caller.says(R"([48,2,{},"com.add"])");
  callee.leaves();
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.canceled",["the callee left before it answered"]])"
                            "\n"
                            R"([8,48,2,{},"wamp.error.canceled",["the callee left before it answered"]])");
  caller.says(R"([48,3,{},"com.add"])");
  EXPECT_THAT(caller.hears(), testing::HasSubstr("no_such_procedure"));
}

TEST_F(Dealing, WhenTheCallerLeavesACalleeThatCanIsInterrupted) {
  Peer& callee = callee_of_add({"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.hears();
  caller.leaves();
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
  callee.says("[70,1,{}]");
  EXPECT_FALSE(callee.violation());
}

TEST_F(Dealing, WhenTheCallerLeavesACalleeThatCannotIsNotInterrupted) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.hears();
  caller.leaves();
  EXPECT_EQ(callee.hears(), "");
  callee.says("[70,1,{}]");
  EXPECT_FALSE(callee.violation());
}

TEST_F(Dealing, ASessionThatCalledItselfMayLeave) {
  Peer& callee = callee_of_add({"call_canceling"});
  callee.says(R"([48,2,{},"com.add"])");
  callee.leaves();
  EXPECT_EQ(realm.realm().counts().members, 0u);
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
}

TEST_F(Dealing, CancelSkipAnswersTheCallerAndLeavesTheCalleeAlone) {
  Peer& callee = callee_of_add({"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.hears();
  caller.says("[49,1,{}]");
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.canceled",["canceled by the caller"]])");
  EXPECT_EQ(callee.hears(), "");
  callee.says("[70,1,{}]");
  EXPECT_FALSE(callee.violation());
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(Dealing, CancelKillnowaitAnswersAndInterrupts) {
  Peer& callee = callee_of_add({"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.hears();
  caller.says(R"([49,1,{"mode":"killnowait"}])");
  EXPECT_THAT(caller.hears(), testing::HasSubstr("wamp.error.canceled"));
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
}

TEST_F(Dealing, CancelKillWaitsForTheCallee) {
  Peer& callee = callee_of_add({"call_canceling"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.hears();
  caller.says(R"([49,1,{"mode":"kill"}])");
  caller.says(R"([49,1,{"mode":"kill"}])");
  EXPECT_EQ(caller.hears(), "");
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"kill"}])");
  callee.says(R"([8,68,1,{},"wamp.error.canceled"])");
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.canceled"])");
}

TEST_F(Dealing, CancelFallsBackToSkipForACalleeThatCannot) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.hears();
  caller.says(R"([49,1,{"mode":"kill"}])");
  EXPECT_THAT(caller.hears(), testing::HasSubstr("wamp.error.canceled"));
  EXPECT_EQ(callee.hears(), "");
}

TEST_F(Dealing, ALateCancelIsIgnored) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  callee.says("[70,1,{}]");
  caller.hears();
  caller.says("[49,1,{}]");
  caller.says("[49,99,{}]");
  EXPECT_FALSE(caller.violation());
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(Dealing, ACancelOfAnUnknownModeEndsTheCallForBothSidesAndSaysWhatIsWrong) {
  Peer& callee = realm.join({"call_canceling"});
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  caller.says(R"([49,1,{"mode":"gently"}])");
  EXPECT_FALSE(caller.violation());
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.invalid_argument",)"
                            R"(["CANCEL.Options.mode: expected skip, kill or killnowait"]])");
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
  EXPECT_EQ(realm.realm().counts().calls, 0u);
  caller.says(R"([49,1,{"mode":"gently"}])");
  EXPECT_EQ(caller.hears(), "") << "the call has ended";
}

TEST_F(Dealing, ProgressReachesACallerThatAskedForIt) {
  Peer& callee = callee_of_add({"progressive_call_results"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"receive_progress":true},"com.add"])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"receive_progress":true}])");
  callee.says(R"([70,1,{"progress":true},[1]])");
  callee.says(R"([70,1,{"progress":true},[2]])");
  callee.says("[70,1,{},[3]]");
  EXPECT_EQ(caller.hears(), R"([50,1,{"progress":true},[1]])"
                            "\n"
                            R"([50,1,{"progress":true},[2]])"
                            "\n[50,1,{},[3]]");
}

TEST_F(Dealing, ProgressNobodyAskedForIsNotForwarded) {
  Peer& callee = callee_of_add({"progressive_call_results"});
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  callee.says(R"([70,1,{"progress":true},[1]])");
  EXPECT_EQ(caller.hears(), "");
  callee.says("[70,1,{},[3]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[3]]");
}

TEST_F(Dealing, APatternRegistrationIsToldTheProcedureThatWasCalled) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{"match":"prefix"},"com.shop."])");
  callee.says(R"([64,2,{"match":"wildcard"},"com..price"])");
  callee.hears();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.shop.price"])");
  caller.says(R"([48,2,{},"com.mall.price"])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"procedure":"com.shop.price"}])"
                            "\n"
                            R"([68,2,2,{"procedure":"com.mall.price"}])");
}

TEST_F(Dealing, NoPatternCatchesReservedProcedures) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{"match":"prefix"},""])");
  EXPECT_EQ(callee.hears(), "[65,1,1]");
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"wamp.nothing.there"])");
  EXPECT_THAT(caller.hears(), testing::HasSubstr("wamp.error.no_such_procedure"));
}

TEST_F(Dealing, RoundrobinTakesTurnsAndSurvivesLeaving) {
  std::vector<Peer*> callees;
  for (int i = 0; i < 3; ++i) {
    callees.push_back(&realm.join());
    callees.back()->says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
    EXPECT_EQ(callees.back()->hears(), "[65,1,1]");
  }
  Peer& caller = realm.join();
  const auto invoked = [&](int request) {
    caller.says("[48," + std::to_string(request) + R"(,{},"com.work"])");
    for (size_t i = 0; i < callees.size(); ++i)
      if (!callees[i]->hears().empty()) return static_cast<int>(i);
    return -1;
  };
  EXPECT_EQ(invoked(1), 0);
  EXPECT_EQ(invoked(2), 1);
  EXPECT_EQ(invoked(3), 2);
  EXPECT_EQ(invoked(4), 0);
  callees[0]->leaves();
  callees.erase(callees.begin());
  EXPECT_EQ(invoked(5), 0);
  EXPECT_EQ(invoked(6), 1);
}

TEST_F(Dealing, FirstAndLastAreHotStandBys) {
  for (const std::string policy : {"first", "last"}) {
    Peer& early = realm.join();
    Peer& late = realm.join();
    early.says("[64,1,{\"invoke\":\"" + policy + "\"},\"com." + policy + "\"]");
    late.says("[64,1,{\"invoke\":\"" + policy + "\"},\"com." + policy + "\"]");
    early.hears();
    late.hears();
    Peer& caller = realm.join();
    caller.says("[48,1,{},\"com." + policy + "\"]");
    EXPECT_EQ(early.hears().empty(), policy == "last");
    EXPECT_EQ(late.hears().empty(), policy == "first");
  }
}

TEST_F(Dealing, ASharedRegistrationNeedsTheSamePolicy) {
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([64,1,{"invoke":"random"},"com.work"])");
  second.says(R"([64,1,{"invoke":"first"},"com.work"])");
  EXPECT_THAT(second.hears(), testing::HasSubstr("wamp.error.procedure_already_exists"));
  second.says(R"([64,2,{"invoke":"always"},"com.work"])");
  EXPECT_THAT(second.hears(), testing::HasSubstr("wamp.error.invalid_argument"));
  first.says(R"([64,2,{"invoke":"random"},"com.work"])");
  EXPECT_THAT(first.hears(), testing::HasSubstr("wamp.error.procedure_already_exists"));
}

TEST_F(Dealing, TheCallerIsDisclosedIfItWantsToBe) {
  Peer& callee = callee_of_add();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"disclose_me":true},"com.add"])");
  EXPECT_EQ(callee.hears(),
            R"([68,1,1,{"caller":1002,"caller_authid":"user2","caller_authrole":"anonymous"}])");
}

TEST(DealerLimits, CallsInFlightAndRegistrationsAreCapped) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.calls_in_flight_per_session = 1;
  config.limits.registrations_per_session = 1;
  RealmHarness realm(config);
  Peer& callee = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  callee.says(R"([64,2,{},"com.sub"])");
  EXPECT_THAT(callee.hears(), testing::HasSubstr(R"([8,64,2,{},"wamp.error.too_many_requests")"));
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  caller.says(R"([48,2,{},"com.add"])");
  EXPECT_THAT(caller.hears(), testing::HasSubstr(R"([8,48,2,{},"wamp.error.too_many_requests")"));
  callee.says("[70,1,{}]");
  EXPECT_EQ(caller.hears(), "[50,1,{}]");
  caller.says(R"([48,3,{},"com.add"])");
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(Dealing, WrongTypesInOptionsAreViolations) {
  Peer& peer = callee_of_add();
  for (const char* message :
       {R"([48,1,{"receive_progress":1},"com.add"])", R"([48,1,{"disclose_me":"yes"},"com.add"])",
        R"([64,9,{"match":7},"com.x"])", R"([64,9,{"invoke":[]},"com.x"])", R"([49,1,{"mode":true}])",
        R"([32,9,{"match":{}},"com.x"])"}) {
    peer.says(message);
    EXPECT_TRUE(peer.violation()) << message;
  }
}

}  // namespace
}  // namespace router
