// "Registration Meta API" and "Subscription Meta API".
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class TableMeta : public testing::Test {
 protected:
  std::string call(const std::string& procedure, const std::string& payload = "") {
    const std::string request = std::to_string(++request_);
    caller.says("[48," + request + ",{},\"" + procedure + "\"" + (payload.empty() ? "" : ",") + payload +
                "]");
    std::string answer = caller.hears();
    for (const std::string& head : {"[50," + request + ",{},", "[8,48," + request + ",{},"})
      if (answer.starts_with(head)) return answer.substr(head.size());
    return answer;
  }

  RealmHarness realm;
  Peer& caller = realm.join();
  int request_ = 0;
};

class RegistrationMeta : public TableMeta {
 protected:
  // com.add (1), com. as prefix (2), com..create as wildcard (3)
  Peer& callee_of_three() {
    Peer& callee = realm.join();
    callee.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
    callee.says(R"([64,2,{"match":"prefix"},"com."])");
    callee.says(R"([64,3,{"match":"wildcard"},"com..create"])");
    EXPECT_EQ(callee.hears(), "[65,1,1]\n[65,2,2]\n[65,3,3]");
    return callee;
  }
};

TEST_F(RegistrationMeta, ListsByMatchPolicy) {
  EXPECT_EQ(call("wamp.registration.list"), R"([{"exact":[],"prefix":[],"wildcard":[]}]])");
  callee_of_three();
  EXPECT_EQ(call("wamp.registration.list"), R"([{"exact":[1],"prefix":[2],"wildcard":[3]}]])");
}

TEST_F(RegistrationMeta, LookupGoesByPolicyAndMatchByCall) {
  callee_of_three();
  EXPECT_EQ(call("wamp.registration.lookup", R"(["com.add"])"), "[1]]");
  EXPECT_EQ(call("wamp.registration.lookup", R"(["com.",{"match":"prefix"}])"), "[2]]");
  EXPECT_EQ(call("wamp.registration.lookup", R"(["com..create",{"match":"wildcard"}])"), "[3]]");
  EXPECT_EQ(call("wamp.registration.lookup", R"(["com."])"), "[null]]");
  EXPECT_THAT(call("wamp.registration.lookup", R"(["com.",{"match":"regex"}])"),
              StartsWith("\"wamp.error.invalid_argument\""));
  EXPECT_EQ(call("wamp.registration.match", R"(["com.add"])"), "[1]]");
  EXPECT_EQ(call("wamp.registration.match", R"(["com.sub"])"), "[2]]");
  EXPECT_EQ(call("wamp.registration.match", R"(["org.sub"])"), "[null]]");
}

TEST_F(RegistrationMeta, AWholeRealmPatternDoesNotMatchTheRoutersOwn) {
  Peer& callee = realm.join();
  callee.says(R"([64,1,{"match":"prefix"},""])");
  EXPECT_EQ(call("wamp.registration.match", R"(["wamp.session.count"])"), "[null]]");
  EXPECT_EQ(call("wamp.session.count"), "[2]]");
}

TEST_F(RegistrationMeta, GetTellsUriPoliciesAndTime) {
  callee_of_three();
  EXPECT_EQ(
      call("wamp.registration.get", "[1]"),
      R"([{"id":1,"created":"2001-09-09T01:46:40.000000Z","uri":"com.add","match":"exact","invoke":"roundrobin"}]])");
  EXPECT_THAT(call("wamp.registration.get", "[9]"), StartsWith("\"wamp.error.no_such_registration\""));
}

TEST_F(RegistrationMeta, CalleesAreListedAndCounted) {
  Peer& callee = callee_of_three();
  Peer& second = realm.join();
  second.says(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  EXPECT_EQ(call("wamp.registration.list_callees", "[1]"),
            "[[" + std::to_string(callee.id()) + "," + std::to_string(second.id()) + "]]]");
  EXPECT_EQ(call("wamp.registration.count_callees", "[1]"), "[2]]");
  EXPECT_THAT(call("wamp.registration.list_callees", "[9]"),
              StartsWith("\"wamp.error.no_such_registration\""));
  EXPECT_THAT(call("wamp.registration.count_callees", R"(["1"])"),
              StartsWith("\"wamp.error.invalid_argument\""));
}

TEST_F(RegistrationMeta, EventsComeInOrder) {
  Peer& callee = realm.join();
  callee.says(R"([32,1,{"match":"prefix"},"wamp.registration."])");
  callee.hears();
  callee.says(R"([64,2,{},"com.add"])");
  const std::string id = std::to_string(callee.id());
  EXPECT_EQ(
      callee.hears(),
      "[65,2,1]\n"
      "[36,1,1,{\"topic\":\"wamp.registration.on_create\"},[" +
          id +
          R"(,{"id":1,"created":"2001-09-09T01:46:40.000000Z","uri":"com.add","match":"exact","invoke":"single"}]])"
          "\n[36,1,2,{\"topic\":\"wamp.registration.on_register\"},[" +
          id + ",1]]");
  callee.says("[66,3,1]");
  EXPECT_EQ(callee.hears(), "[36,1,3,{\"topic\":\"wamp.registration.on_unregister\"},[" + id +
                                ",1]]\n"
                                "[36,1,4,{\"topic\":\"wamp.registration.on_delete\"},[" +
                                id + ",1]]\n[67,3]");
}

TEST_F(RegistrationMeta, OnlyTheFirstAndTheLastCalleeCreateAndDelete) {
  caller.says(R"([32,901,{"match":"prefix"},"wamp.registration."])");
  Peer& first = realm.join();
  Peer& second = realm.join();
  first.says(R"([64,1,{"invoke":"first"},"com.add"])");
  caller.hears();
  second.says(R"([64,1,{"invoke":"first"},"com.add"])");
  const std::string joined = caller.hears();
  EXPECT_THAT(joined, HasSubstr("on_register"));
  EXPECT_THAT(joined, testing::Not(HasSubstr("on_create")));
  first.leaves();
  const std::string left = caller.hears();
  EXPECT_THAT(left, HasSubstr("on_unregister"));
  EXPECT_THAT(left, testing::Not(HasSubstr("on_delete")));
  second.leaves();
  const std::string last = caller.hears();
  EXPECT_LT(last.find("on_unregister"), last.find("on_delete"));
  EXPECT_NE(last.find("on_delete"), std::string::npos);
}

class SubscriptionMeta : public TableMeta {
 protected:
  Peer& subscriber_of_three() {
    Peer& subscriber = realm.join();
    subscriber.says(R"([32,1,{},"com.topic"])");
    subscriber.says(R"([32,2,{"match":"prefix"},"com."])");
    subscriber.says(R"([32,3,{"match":"wildcard"},"com."])");
    EXPECT_EQ(subscriber.hears(), "[33,1,1]\n[33,2,2]\n[33,3,3]");
    return subscriber;
  }
};

TEST_F(SubscriptionMeta, ListsByMatchPolicy) {
  subscriber_of_three();
  EXPECT_EQ(call("wamp.subscription.list"), R"([{"exact":[1],"prefix":[2],"wildcard":[3]}]])");
}

TEST_F(SubscriptionMeta, LookupGoesByPolicyAndMatchGivesAll) {
  subscriber_of_three();
  EXPECT_EQ(call("wamp.subscription.lookup", R"(["com.topic"])"), "[1]]");
  EXPECT_EQ(call("wamp.subscription.lookup", R"(["com.",{"match":"prefix"}])"), "[2]]");
  EXPECT_EQ(call("wamp.subscription.lookup", R"(["com.none"])"), "[null]]");
  EXPECT_EQ(call("wamp.subscription.match", R"(["com.topic"])"), "[[1,2,3]]]");
  EXPECT_EQ(call("wamp.subscription.match", R"(["org.topic"])"), "[null]]");
}

TEST_F(SubscriptionMeta, GetTellsUriPolicyAndTime) {
  subscriber_of_three();
  EXPECT_EQ(call("wamp.subscription.get", "[2]"),
            R"([{"id":2,"created":"2001-09-09T01:46:40.000000Z","uri":"com.","match":"prefix"}]])");
  EXPECT_THAT(call("wamp.subscription.get", "[9]"), StartsWith("\"wamp.error.no_such_subscription\""));
}

TEST_F(SubscriptionMeta, SubscribersAreListedAndCountedAcrossWorkers) {
  Peer& first = subscriber_of_three();
  Peer& second = realm.join({}, "anonymous", 1);
  second.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(call("wamp.subscription.list_subscribers", "[1]"),
            "[[" + std::to_string(first.id()) + "," + std::to_string(second.id()) + "]]]");
  EXPECT_EQ(call("wamp.subscription.count_subscribers", "[1]"), "[2]]");
  EXPECT_THAT(call("wamp.subscription.list_subscribers", "[9]"),
              StartsWith("\"wamp.error.no_such_subscription\""));
}

TEST_F(SubscriptionMeta, EventsComeInOrderAndAfterTheReply) {
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"match":"prefix"},"wamp.subscription."])");
  EXPECT_EQ(peer.hears(), "[33,1,1]") << "the router's own topics are not told of";
  peer.says(R"([32,2,{},"com.topic"])");
  const std::string id = std::to_string(peer.id());
  EXPECT_EQ(peer.hears(),
            "[33,2,2]\n"
            "[36,1,1,{\"topic\":\"wamp.subscription.on_create\"},[" +
                id +
                R"(,{"id":2,"created":"2001-09-09T01:46:40.000000Z","uri":"com.topic","match":"exact"}]])"
                "\n[36,1,2,{\"topic\":\"wamp.subscription.on_subscribe\"},[" +
                id + ",2]]");
  peer.says("[34,3,2]");
  EXPECT_EQ(peer.hears(),
            "[35,3]\n"
            "[36,1,3,{\"topic\":\"wamp.subscription.on_unsubscribe\"},[" +
                id +
                ",2]]\n"
                "[36,1,4,{\"topic\":\"wamp.subscription.on_delete\"},[" +
                id + ",2]]");
}

TEST_F(SubscriptionMeta, WhoLeavesHearsNothingOfIt) {
  caller.says(R"([32,901,{"match":"prefix"},"wamp."])");
  Peer& leaver = realm.join();
  leaver.says(R"([32,1,{"match":"prefix"},"wamp."])");
  leaver.says(R"([32,2,{},"com.topic"])");
  leaver.hears();
  caller.hears();
  const std::string id = std::to_string(leaver.id());
  leaver.leaves();
  const std::string heard = caller.hears();
  EXPECT_LT(heard.find("on_unsubscribe"), heard.find("on_delete"));
  EXPECT_LT(heard.find("on_delete"), heard.find("on_leave"));
  EXPECT_NE(heard.find("on_leave"), std::string::npos);
  EXPECT_EQ(leaver.hears(), "");
}

}  // namespace
}  // namespace router
