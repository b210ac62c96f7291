// What there is no memory for costs the session that it is for, and nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;

struct ASessionWithoutMemory : testing::Test {
  SessionHarness router;
  Wire& client = router.join();
  Wire& other = router.join();
};

TEST_F(ASessionWithoutMemory, EndsWhenAnAnswerCannotBeSentToIt) {
  says(other, R"([64,1,{},"com.work"])");
  client.receives(R"([48,1,{},"com.work"])");
  other.sent();
  client.lacks_memory();
  other.receives(R"([70,1,{},["done"]])");
  EXPECT_THAT(client.dropped(), HasSubstr("no memory"));
  EXPECT_EQ(other.dropped(), "");
  EXPECT_THAT(says(other, R"([32,2,{},"com.topic"])"), HasSubstr("[33,2,"));
}

TEST_F(ASessionWithoutMemory, EndsWhenAnEventCannotBeSentToItAndOthersGetIt) {
  Wire& publisher = router.join();
  says(client, R"([32,1,{},"com.topic"])");
  says(other, R"([32,1,{},"com.topic"])");
  client.lacks_memory();
  EXPECT_EQ(says(publisher, R"([16,1,{},"com.topic"])"), "");
  EXPECT_THAT(client.dropped(), HasSubstr("no memory"));
  EXPECT_THAT(other.sent(), HasSubstr("[36,"));
}

TEST_F(ASessionWithoutMemory, EndsWhenAnEventForItAloneCannotBeSent) {
  says(client, R"([32,1,{},"com.topic"])");
  client.lacks_memory();
  EXPECT_EQ(says(other, R"([16,1,{},"com.topic"])"), "");
  EXPECT_THAT(client.dropped(), HasSubstr("no memory"));
}

}  // namespace
}  // namespace router
