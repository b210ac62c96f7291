// Which realms a client may join, over real sockets.
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;

config::Config two_realms() {
  config::Config config = test_config();
  config.realms.push_back(config.realms.front());
  config.realms.back().name = "realm2";
  return config;
}

TEST(Realms, AreThoseThatTheTransportGives) {
  config::Config config = two_realms();
  config.transports.front().realms = {"realm1"};
  RunningServer server(config);
  server.connect(Format::json).joins("realm1");
  WampClient client = server.connect(Format::json);
  client.says(R"([1,"realm2",{"roles":{"caller":{}}}])");
  EXPECT_THAT(client.hears(), HasSubstr("wamp.error.no_such_realm"));
}

TEST(Realms, AreAllUnlessTheTransportSaysWhich) {
  RunningServer server(two_realms());
  server.connect(Format::json).joins("realm1");
  server.connect(Format::json).joins("realm2");
}

}  // namespace
}  // namespace router
