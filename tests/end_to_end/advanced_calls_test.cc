// Calls of the advanced profile over real sockets, all mixes of serializers.
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

class AdvancedCalls : public testing::TestWithParam<std::tuple<Format, Format>> {
 protected:
  WampClient join_caller() { return router_.join(std::get<0>(GetParam())); }
  WampClient join_callee() { return router_.join(std::get<1>(GetParam())); }

 private:
  RunningServer router_;
};

INSTANTIATE_TEST_SUITE_P(Serializers, AdvancedCalls,
                         testing::Combine(testing::Values(Format::json, Format::msgpack),
                                          testing::Values(Format::json, Format::msgpack)),
                         [](const auto& info) {
                           return name_in_tests(std::get<0>(info.param)) + "To" +
                                  name_in_tests(std::get<1>(info.param));
                         });

void registers(WampClient& callee, const std::string& options = "{}") {
  callee.says("[64,1," + options + R"(,"com.sum"])");
  EXPECT_THAT(callee.hears(), StartsWith("[65,1,"));
}

TEST_P(AdvancedCalls, AreAStreamInBothDirections) {
  WampClient callee = join_callee(), caller = join_caller();
  registers(callee);
  caller.says(R"([48,1,{"progress":true,"receive_progress":true},"com.sum",[1]])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"receive_progress":true,"progress":true},[1]])");
  callee.says(R"([70,1,{"progress":true},["one"]])");
  EXPECT_EQ(caller.hears(), R"([50,1,{"progress":true},["one"]])");
  caller.says(R"([48,1,{"progress":true,"receive_progress":true},"com.sum",[2]])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"receive_progress":true,"progress":true},[2]])");
  caller.says(R"([48,1,{"receive_progress":true},"com.sum",[3]])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"receive_progress":true},[3]])");
  callee.says(R"([70,1,{"progress":true},["three"]])");
  callee.says("[70,1,{},[6]]");
  EXPECT_EQ(caller.hears(), R"([50,1,{"progress":true},["three"]])");
  EXPECT_EQ(caller.hears(), "[50,1,{},[6]]");
}

TEST_P(AdvancedCalls, EndWithTheirTimeout) {
  WampClient callee = join_callee(), caller = join_caller();
  registers(callee);
  caller.says(R"([48,1,{"timeout":5},"com.sum"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.timeout",[)"));
  callee.says(R"([70,1,{},["too late"]])");
  caller.says(R"([48,2,{},"com.sum"])");
  EXPECT_EQ(callee.hears(), "[68,2,1,{}]");
  callee.says(R"([70,2,{},["in time"]])");
  EXPECT_EQ(caller.hears(), R"([50,2,{},["in time"]])");
}

TEST_P(AdvancedCalls, TellTheirTimeoutToACalleeThatLooksAfterIt) {
  WampClient callee = join_callee(), caller = join_caller();
  registers(callee, R"({"forward_timeout":true})");
  caller.says(R"([48,1,{"timeout":600000},"com.sum"])");
  EXPECT_THAT(callee.hears(), testing::MatchesRegex(R"(\[68,1,1,\{"timeout":[56][0-9]{5}\}\])"));
  callee.says(R"([8,68,1,{},"wamp.error.timeout"])");
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"wamp.error.timeout"])");
}

TEST_P(AdvancedCalls, AreCanceledInThreeModes) {
  WampClient callee = join_callee(), caller = join_caller();
  registers(callee);
  caller.says(R"([48,1,{},"com.sum"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  caller.says(R"([49,1,{"mode":"kill"}])");
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"kill"}])");
  callee.says(R"([8,68,1,{},"com.error.stopped",["cleaned up"]])");
  EXPECT_EQ(caller.hears(), R"([8,48,1,{},"com.error.stopped",["cleaned up"]])");

  caller.says(R"([48,2,{},"com.sum"])");
  EXPECT_EQ(callee.hears(), "[68,2,1,{}]");
  caller.says(R"([49,2,{"mode":"killnowait"}])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.canceled")"));
  EXPECT_EQ(callee.hears(), R"([69,2,{"mode":"killnowait"}])");

  caller.says(R"([48,3,{},"com.sum"])");
  EXPECT_EQ(callee.hears(), "[68,3,1,{}]");
  caller.says(R"([49,3,{"mode":"skip"}])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,3,{},"wamp.error.canceled")"));
  caller.says(R"([48,4,{},"com.sum"])");
  EXPECT_EQ(callee.hears(), "[68,4,1,{}]") << "nothing was said of the call that was skipped";
}

TEST_P(AdvancedCalls, WaitForACalleeThatIsBusy) {
  WampClient callee = join_callee(), caller = join_caller();
  registers(callee, R"({"concurrency":1})");
  callee.says(R"([32,2,{},"com.news"])");
  EXPECT_THAT(callee.hears(), StartsWith("[33,2,"));
  caller.says(R"([48,1,{},"com.sum",[1]])");
  caller.says(R"([48,2,{},"com.sum",[2]])");
  caller.says(R"([16,3,{},"com.news"])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{},[1]]");
  EXPECT_THAT(callee.hears(), StartsWith("[36,")) << "the second call, which came before the event, waits";
  callee.says("[70,1,{},[1]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[1]]");
  EXPECT_EQ(callee.hears(), "[68,2,1,{},[2]]");
  callee.says("[70,2,{},[2]]");
  EXPECT_EQ(caller.hears(), "[50,2,{},[2]]");
}

TEST_P(AdvancedCalls, GoToTheNextCalleeIfOneIsUnavailable) {
  WampClient first = join_callee(), second = join_caller(), caller = join_caller();
  registers(first, R"({"invoke":"first"})");
  registers(second, R"({"invoke":"first"})");
  caller.says(R"([48,1,{},"com.sum",[1,2],{"k":true}])");
  EXPECT_EQ(first.hears(), R"([68,1,1,{},[1,2],{"k":true}])");
  first.says(R"([8,68,1,{},"wamp.error.unavailable"])");
  EXPECT_EQ(second.hears(), R"([68,1,1,{},[1,2],{"k":true}])");
  second.says("[70,1,{},[3]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[3]]");
}

// How many INVOCATIONs come before an EVENT.
int invocations_before_the_event(WampClient& callee) {
  int count = 0;
  while (!callee.hears().starts_with("[36,")) ++count;
  return count;
}

TEST_P(AdvancedCalls, OfOneRoutingKeyGoToOneCallee) {
  WampClient first = join_callee(), second = join_caller(), caller = join_caller();
  for (WampClient* callee : {&first, &second}) {
    registers(*callee, R"({"invoke":"roundrobin"})");
    callee->says(R"([32,2,{},"com.news"])");
    EXPECT_THAT(callee->hears(), StartsWith("[33,2,"));
  }
  for (const char* request : {"1", "2", "3", "4"})
    caller.says("[48," + std::string(request) + R"(,{"runmode":"partition","rkey":"north"},"com.sum"])");
  caller.says(R"([16,5,{},"com.news"])");
  const int at_first = invocations_before_the_event(first);
  EXPECT_EQ(invocations_before_the_event(second), 4 - at_first);
  EXPECT_THAT(at_first, testing::AnyOf(0, 4));
}

TEST_P(AdvancedCalls, LoseTheirCalleeWhenItIsRemoved) {
  WampClient callee = join_callee(), administrator = join_caller();
  registers(callee);
  administrator.says(R"([48,1,{},"wamp.registration.list_callees",[1]])");
  const std::string listed = administrator.hears();
  ASSERT_THAT(listed, StartsWith("[50,1,{},[["));
  const std::string id = listed.substr(11, listed.find(']') - 11);
  administrator.says(R"([48,2,{},"wamp.registration.remove_callee",[1,)" + id + R"(,"com.example.moved"]])");
  EXPECT_THAT(administrator.hears(), StartsWith("[50,2,{}"));
  EXPECT_EQ(callee.hears(), R"([67,0,{"registration":1,"reason":"com.example.moved"}])");
  administrator.says(R"([48,3,{},"com.sum"])");
  EXPECT_THAT(administrator.hears(), HasSubstr("wamp.error.no_such_procedure"));
}

}  // namespace
}  // namespace router
