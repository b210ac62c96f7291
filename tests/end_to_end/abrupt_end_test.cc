// A router that is destroyed as it is, in the middle of everything. For AddressSanitizer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"
#include "tests/support/raw_client.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::StartsWith;

std::string posted(uint16_t port, const std::string& path, const std::string& body) {
  return test_support::http_post(port, path, body).body;
}

TEST(AnAbruptEnd, FindsRequestsThatWaitForAnAuthorizer) {
  auto server = std::make_unique<Server>(test_config_with_authorizer(4));
  server->start();
  const auto join = [&](size_t transport) {
    WampClient client(server->port(transport), Format::json);
    client.joins();
    return client;
  };
  WampClient authorizer = join(1);
  authorizer.says(R"([64,1,{},"com.auth"])");
  authorizer.hears();
  std::vector<WampClient> users;
  for (int i = 0; i < 8; ++i) {
    users.push_back(join(0));
    users.back().says(R"([32,1,{},"com.topic)" + std::to_string(i) + "\"]");
    EXPECT_THAT(authorizer.hears(), StartsWith("[68,"));
  }
  server.reset();
}

TEST(AnAbruptEnd, FindsCallsAndTestamentsBetweenWorkers) {
  auto server = std::make_unique<Server>(test_config(4));
  server->start();
  std::vector<WampClient> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back(server->port(0), Format::msgpack);
    clients.back().joins();
  }
  for (size_t i = 0; i < clients.size(); ++i) {
    clients[i].says(R"([64,1,{},"com.p)" + std::to_string(i) + "\"]");
    EXPECT_THAT(clients[i].hears(), StartsWith("[65,"));
    clients[i].says(R"([48,2,{},"wamp.session.add_testament",["com.will",[],{}]])");
    EXPECT_THAT(clients[i].hears(), StartsWith("[50,"));
    clients[i].says(R"([32,3,{},"com.will"])");
    EXPECT_THAT(clients[i].hears(), StartsWith("[33,"));
  }
  for (size_t i = 0; i < clients.size(); ++i) {
    clients[i].says(R"([48,4,{},"com.p)" + std::to_string((i + 1) % clients.size()) + "\"]");
    EXPECT_THAT(clients[(i + 1) % clients.size()].hears(), StartsWith("[68,"));
  }
  server.reset();
}

TEST(AnAbruptEnd, FindsSessionsOverLongPoll) {
  config::Config config = test_config_with_authorizer(4);
  config.transports.front().paths.emplace("/lp", config::LongPollPath{});
  auto server = std::make_unique<Server>(config);
  server->start();
  WampClient authorizer(server->port(1), Format::json);
  authorizer.joins();
  authorizer.says(R"([64,1,{},"com.auth"])");
  authorizer.hears();
  const std::string opened = posted(server->port(0), "/lp/open", R"({"protocols": ["wamp.2.json"]})");
  ASSERT_THAT(opened, HasSubstr("\"transport\":\""));
  const size_t id = opened.find("transport\":\"") + 12;
  const std::string path = "/lp/" + opened.substr(id, opened.find('"', id) - id);
  posted(server->port(0), path + "/send", R"([1,"realm1",{"roles":{"subscriber":{}}}])");
  EXPECT_THAT(posted(server->port(0), path + "/receive", ""), HasSubstr("[2,"));
  posted(server->port(0), path + "/send", R"([32,1,{},"com.topic"])");
  EXPECT_THAT(authorizer.hears(), StartsWith("[68,"));
  server.reset();
}

}  // namespace
}  // namespace router
