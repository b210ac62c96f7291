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

config::Config tenants() {
  config::Config config = test_config();
  config.realms.front().name = "tenant-*";
  config.realms.front().made_on_demand.max_realms = 2;
  return config;
}

const std::string all_roles = R"({"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}})";

TEST(RealmTemplates, AreMadeWhenSomebodyComesIn) {
  RunningServer server(tenants());
  EXPECT_FALSE(server.server().realms().find("tenant-7"));
  WampClient one = server.connect(Format::json), other = server.connect(Format::json);
  one.joins("tenant-7");
  EXPECT_TRUE(server.server().realms().find("tenant-7"));
  other.joins("tenant-7");
  one.says(R"([32,1,{},"com.x"])");
  one.hears();
  other.says(R"([16,1,{},"com.x",["hello"]])");
  EXPECT_THAT(one.hears(), HasSubstr("hello"));
}

TEST(RealmTemplates, KeepTheirRealmsApart) {
  RunningServer server(tenants());
  WampClient one = server.connect(Format::json), other = server.connect(Format::json);
  one.joins("tenant-1");
  other.joins("tenant-2");
  one.says(R"([64,1,{},"com.x"])");
  one.hears();
  other.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(other.hears(), HasSubstr("no_such_procedure"));
}

TEST(RealmTemplates, AreNoRealmsAndMakeOnlyWhatMatches) {
  RunningServer server(tenants());
  for (const std::string realm : {"tenant-*", "tenant-", "tenant-1.x", "x-tenant-1", "tenant-#"}) {
    WampClient client = server.connect(Format::json);
    client.says("[1,\"" + realm + "\"," + all_roles + "]");
    EXPECT_THAT(client.hears(), testing::StartsWith("[3,")) << realm;
  }
  EXPECT_TRUE(server.server().realms().all().empty());
}

TEST(RealmTemplates, MakeNoMoreThanTheyMay) {
  RunningServer server(tenants());
  WampClient one = server.connect(Format::json), other = server.connect(Format::json);
  one.joins("tenant-1");
  other.joins("tenant-2");
  WampClient third = server.connect(Format::json);
  third.says("[1,\"tenant-3\"," + all_roles + "]");
  EXPECT_THAT(third.hears(), HasSubstr("cannot be opened now"));
}

// Who has not logged in can make nothing.
TEST(RealmTemplates, AreNotMadeBeforeTheClientHasLoggedIn) {
  config::Config config = tenants();
  config::AuthMethod ticket;
  ticket.principals["joe"] = {.role = "anonymous", .secret = "right"};
  config.transports.front().auth = {{"ticket", ticket}};
  RunningServer server(config);
  const std::string hello =
      R"([1,"tenant-1",{"authid":"joe","authmethods":["ticket"],"roles":{"caller":{}}}])";
  WampClient wrong = server.connect(Format::json);
  wrong.says(hello);
  EXPECT_THAT(wrong.hears(), testing::StartsWith("[4,\"ticket\""));
  EXPECT_FALSE(server.server().realms().find("tenant-1"));
  wrong.says(R"([5,"wrong",{}])");
  EXPECT_THAT(wrong.hears(), testing::StartsWith("[3,"));
  EXPECT_FALSE(server.server().realms().find("tenant-1"));
  WampClient right = server.connect(Format::json);
  right.says(hello);
  right.hears();
  right.says(R"([5,"right",{}])");
  EXPECT_THAT(right.hears(), testing::StartsWith("[2,"));
  EXPECT_TRUE(server.server().realms().find("tenant-1"));
}

}  // namespace
}  // namespace router
