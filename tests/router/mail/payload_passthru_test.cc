// "Payload Passthru Mode": the payload's attributes go with it, and only between peers that know the mode.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::StartsWith;

// With @ for the attributes and # for the payload.
std::string filled(std::string text) {
  constexpr auto attributes =
      R"({"ppt_scheme":"wamp","ppt_serializer":"cbor","ppt_cipher":"xsalsa20poly1305","ppt_keyid":"k"})";
  const size_t mark = text.find('@');
  text.replace(mark, 1, attributes);
  if (const size_t payload = text.find('#'); payload != std::string::npos)
    text.replace(payload, 1, R"(["\u0000AQID"])");
  return text;
}

class PayloadPassthru : public testing::Test {
 protected:
  Peer& aware() { return realm.join({"payload_passthru_mode", "progressive_call_results"}); }
  Peer& unaware() { return realm.join({"progressive_call_results"}); }
  void registers(Peer& callee) {
    callee.says(R"([64,1,{},"com.secret"])");
    EXPECT_EQ(callee.hears(), "[65,1,1]");
  }

  RealmHarness realm;
};

TEST_F(PayloadPassthru, OfACallReachesTheCalleeAndOfItsResultTheCaller) {
  Peer& callee = aware();
  registers(callee);
  Peer& caller = aware();
  caller.says(filled(R"([48,1,@,"com.secret",#])"));
  EXPECT_EQ(callee.hears(), filled("[68,1,1,@,#]"));
  callee.says(filled("[70,1,@,#]"));
  EXPECT_EQ(caller.hears(), filled("[50,1,@,#]"));
}

TEST_F(PayloadPassthru, OfAnErrorReachesTheCaller) {
  Peer& callee = aware();
  registers(callee);
  Peer& caller = aware();
  caller.says(R"([48,1,{},"com.secret"])");
  callee.says(filled(R"([8,68,1,@,"com.error",#])"));
  EXPECT_EQ(caller.hears(), filled(R"([8,48,1,@,"com.error",#])"));
}

TEST_F(PayloadPassthru, IsAViolationFromACallerOrCalleeThatHasNotAnnouncedIt) {
  Peer& callee = unaware();
  registers(callee);
  Peer& caller = unaware();
  caller.says(filled(R"([48,1,@,"com.secret"])"));
  EXPECT_TRUE(caller.violation());
  Peer& other = aware();
  other.says(R"([48,1,{},"com.secret"])");
  callee.says(filled("[70,1,@]"));
  EXPECT_TRUE(callee.violation());
}

TEST_F(PayloadPassthru, ToACalleeWithoutItIsRefused) {
  Peer& callee = unaware();
  registers(callee);
  Peer& caller = aware();
  caller.says(filled(R"([48,1,@,"com.secret"])"));
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.feature_not_supported")"));
  EXPECT_EQ(callee.hears(), "");
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(PayloadPassthru, OfAResultToACallerWithoutItIsToldToBoth) {
  Peer& callee = aware();
  registers(callee);
  Peer& caller = unaware();
  caller.says(R"([48,1,{},"com.secret"])");
  callee.hears();
  callee.says(filled("[70,1,@]"));
  EXPECT_THAT(callee.hears(), StartsWith(R"([8,68,1,{},"wamp.error.feature_not_supported")"));
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.feature_not_supported")"));
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(PayloadPassthru, OfAPublicationReachesTheSubscribersAndNeedsAPublisherWithIt) {
  Peer& subscriber = unaware();
  subscriber.says(R"([32,1,{},"com.topic"])");
  subscriber.hears();
  Peer& publisher = aware();
  publisher.says(filled(R"([16,1,@,"com.topic",#])"));
  EXPECT_EQ(subscriber.hears(), filled("[36,1,1,@,#]"));
  Peer& other = unaware();
  other.says(filled(R"([16,1,@,"com.topic"])"));
  EXPECT_TRUE(other.violation());
}

TEST_F(PayloadPassthru, WithoutASchemeIsOff) {
  Peer& callee = unaware();
  registers(callee);
  Peer& caller = unaware();
  caller.says(R"([48,1,{"ppt_serializer":"cbor","ppt_scheme":""},"com.secret"])");
  EXPECT_FALSE(caller.violation());
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
}

TEST_F(PayloadPassthru, GoesTogetherWithProgressiveResults) {
  Peer& callee = aware();
  registers(callee);
  Peer& caller = aware();
  caller.says(R"([48,1,{"receive_progress":true},"com.secret"])");
  callee.says(R"([70,1,{"progress":true,"ppt_scheme":"mqtt"}])");
  EXPECT_EQ(caller.hears(), R"([50,1,{"progress":true,"ppt_scheme":"mqtt"}])");
}

}  // namespace
}  // namespace router
