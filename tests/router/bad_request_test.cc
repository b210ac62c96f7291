// What cannot be carried: it costs no more than the request that it is in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/session_wires.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

TEST(HalfACharacter, ReachesSubscribersOfEverySerializerAsAReplacementCharacter) {
  SessionHarness router;
  Wire& publisher = router.join(Format::json);
  for (const Format format : serializers::all_formats) {
    Wire& subscriber = router.join(format);
    EXPECT_THAT(says(subscriber, R"([32,1,{},"com.topic"])"), StartsWith("[33,1,"));
    publisher.receives_bytes(R"([16,1,{},"com.topic",["cut \ud83d"],{"\ude00":1}])");
    EXPECT_THAT(subscriber.sent(),
                testing::AnyOf(testing::EndsWith(R"(,["cut \ufffd"],{"\ufffd":1}])"),
                               testing::EndsWith(",[\"cut \xEF\xBF\xBD\"],{\"\xEF\xBF\xBD\":1}]")));
    subscriber.breaks();
  }
  EXPECT_EQ(publisher.sent(), "");
  EXPECT_FALSE(publisher.closed());
}

TEST(HalfACharacter, MayStandInALongAnswer) {
  SessionHarness router;
  Wire& callee = router.join(Format::json);
  Wire& caller = router.join(Format::msgpack);
  EXPECT_THAT(says(callee, R"([64,1,{},"com.text"])"), StartsWith("[65,1,"));
  EXPECT_EQ(says(caller, R"([48,1,{},"com.text"])"), "");
  EXPECT_EQ(callee.sent(), "[68,1,1,{}]");
  const std::string text(100'000, 'x');
  callee.receives_bytes("[70,1,{},[\"" + text + "\\ud83d\"]]");
  EXPECT_EQ(caller.sent(), "[50,1,{},[\"" + text + "\xEF\xBF\xBD\"]]");
}

TEST(HalfACharacter, IsPartOfAUriAsAReplacementCharacter) {
  SessionHarness router;
  Wire& wire = router.join(Format::json);
  wire.receives_bytes(R"([48,1,{},"com.\ud83d"])");
  EXPECT_THAT(wire.sent(), AllOf(StartsWith("[8,48,1,{},\"wamp.error.no_such_procedure\""),
                                 HasSubstr("com.\xEF\xBF\xBD")));
}

}  // namespace
}  // namespace router
