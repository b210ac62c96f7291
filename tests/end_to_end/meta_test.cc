// The meta API and testaments over real sockets, all mixes of serializers.
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// One watches what becomes of the other.
class Meta : public testing::TestWithParam<std::tuple<Format, Format>> {
 protected:
  WampClient join_watcher() { return router.join(std::get<0>(GetParam())); }
  WampClient connect_other() { return router.connect(std::get<1>(GetParam())); }

  RunningServer router;
};

INSTANTIATE_TEST_SUITE_P(Serializers, Meta,
                         testing::Combine(testing::Values(Format::json, Format::msgpack),
                                          testing::Values(Format::json, Format::msgpack)),
                         [](const auto& info) {
                           return name_in_tests(std::get<0>(info.param)) + "Watches" +
                                  name_in_tests(std::get<1>(info.param));
                         });

void subscribes(WampClient& client, int request, const std::string& topic) {
  client.says("[32," + std::to_string(request) + ",{},\"" + topic + "\"]");
  EXPECT_THAT(client.hears(), StartsWith("[33," + std::to_string(request) + ","));
}

TEST_P(Meta, TellsWhoJoinsAndLeaves) {
  WampClient watcher = join_watcher();
  subscribes(watcher, 1, "wamp.session.on_join");
  subscribes(watcher, 2, "wamp.session.on_leave");
  WampClient other = connect_other();
  const std::string id = other.joins();
  EXPECT_THAT(watcher.hears(), AllOf(StartsWith("[36,1,"), HasSubstr("\"session\":" + id + ",")));
  other.says(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_THAT(watcher.hears(), AllOf(StartsWith("[36,2,"), HasSubstr("[" + id + ",\"anonymous-")));
}

TEST_P(Meta, TellsWhatIsRegisteredAndSubscribed) {
  WampClient watcher = join_watcher(), other = connect_other();
  const std::string id = other.joins();
  subscribes(watcher, 1, "wamp.registration.on_create");
  subscribes(watcher, 2, "wamp.subscription.on_create");
  other.says(R"([64,1,{},"com.sum"])");
  EXPECT_EQ(other.hears(), "[65,1,1]");
  EXPECT_THAT(watcher.hears(),
              AllOf(StartsWith("[36,1,"), HasSubstr("[" + id + ","), HasSubstr(R"("uri":"com.sum")")));
  other.says(R"([32,2,{"match":"prefix"},"com.news"])");
  EXPECT_THAT(other.hears(), StartsWith("[33,2,"));
  EXPECT_THAT(watcher.hears(),
              AllOf(StartsWith("[36,2,"), HasSubstr("[" + id + ","), HasSubstr(R"("match":"prefix")")));
}

TEST_P(Meta, PublishesATestamentWhenTheConnectionBreaks) {
  WampClient watcher = join_watcher(), other = connect_other();
  other.joins();
  subscribes(watcher, 1, "com.status");
  other.says(R"([48,1,{},"wamp.session.add_testament",["com.status",["gone"],{"why":[null,1.5]}]])");
  EXPECT_THAT(other.hears(), StartsWith("[50,1,{}"));
  other.raw().reset();
  EXPECT_THAT(watcher.hears(), AllOf(StartsWith("[36,1,"), EndsWith(R"({},["gone"],{"why":[null,1.5]}])")));
}

TEST_P(Meta, PublishesATestamentAfterGoodbye) {
  WampClient watcher = join_watcher(), other = connect_other();
  other.joins();
  subscribes(watcher, 1, "com.status");
  other.says(R"([48,1,{},"wamp.session.add_testament",["com.status",["gone"],{}],{"scope":"detached"}])");
  EXPECT_THAT(other.hears(), StartsWith("[50,1,{}"));
  other.says(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_THAT(watcher.hears(), AllOf(StartsWith("[36,1,"), HasSubstr(R"(["gone"])")));
}

TEST_P(Meta, KillsASessionWithTheReasonInItsGoodbye) {
  WampClient killer = join_watcher(), victim = connect_other();
  const std::string id = victim.joins();
  subscribes(killer, 1, "wamp.session.on_leave");
  killer.says("[48,2,{},\"wamp.session.kill\",[" + id +
              R"(],{"reason":"com.example.enough","message":"go now"}])");
  EXPECT_EQ(victim.hears(), R"([6,{"message":"go now"},"com.example.enough"])");
  EXPECT_THAT(killer.hears(), AllOf(StartsWith("[36,1,"), HasSubstr("[" + id + ",")));
  EXPECT_THAT(killer.hears(), StartsWith("[50,2,{}"));
  victim.says(R"([6,{},"wamp.close.goodbye_and_out"])");
  victim.joins();  // on the same connection
}

}  // namespace
}  // namespace router
