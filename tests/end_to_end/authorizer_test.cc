// Dynamic authorizers over real sockets, with sessions on several threads.
#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::StartsWith;

config::Config asked_realm(config::DynamicAuthorizer::CacheBy cache_by) {
  config::Config config = test_config_with_authorizer();
  config.realms.front().roles.front().authorizer->cache_by = cache_by;
  return config;
}

WampClient join_backend(RunningServer& server) {
  WampClient client(server.server().port(1), Format::json);
  client.joins();
  return client;
}

// Answers all questions until somebody publishes com.stop: whether something is allowed goes by the URI.
class AuthorizerThread {
 public:
  AuthorizerThread(RunningServer& server, bool cache) : stopper_(join_backend(server)) {
    WampClient client = join_backend(server);
    client.says(R"([64,1,{},"com.auth"])");
    client.hears();
    client.says(R"([32,2,{},"com.stop"])");
    client.hears();
    done_ = std::async(std::launch::async, [this, cache, answering = std::move(client)]() mutable {
      for (std::string heard = answering.hears(); !heard.starts_with("[36,"); heard = answering.hears()) {
        if (!heard.starts_with("[68,")) continue;
        ++count_;
        answering.says("[70," + heard.substr(4, heard.find(',', 4) - 4) + R"(,{},[{"allow":)" +
                       (heard.find(".yes") != std::string::npos ? "true" : "false") + R"(,"cache":)" +
                       (cache ? "true" : "false") + "}]]");
      }
    });
  }
  // Returns the number of questions.
  int stop() {
    stopper_.says(R"([16,1,{},"com.stop"])");
    done_.get();
    return count_;
  }

 private:
  WampClient stopper_;
  int count_ = 0;
  std::future<void> done_;
};

TEST(Authorizer, AnswersSessionsOfAllThreadsInTheirOrder) {
  RunningServer server(asked_realm(config::DynamicAuthorizer::CacheBy::session));
  AuthorizerThread authorizer(server, false);
  constexpr int users = 6, rounds = 50;
  std::vector<std::future<std::vector<std::string>>> all;
  for (int user = 0; user < users; ++user)
    all.push_back(std::async(std::launch::async, [&server, user] {
      WampClient client = server.join(user % 2 ? Format::json : Format::msgpack);
      for (int i = 1; i <= rounds; ++i)
        client.says("[16," + std::to_string(i) + R"(,{"acknowledge":true},"com.u)" + std::to_string(user) +
                    ".n" + std::to_string(i) + (i % 3 ? ".yes" : ".no") + "\"]");
      std::vector<std::string> heard;
      for (int i = 1; i <= rounds; ++i) heard.push_back(client.hears());
      return heard;
    }));
  for (auto& user : all) {
    const auto heard = user.get();
    for (int i = 1; i <= rounds; ++i)
      EXPECT_THAT(heard[static_cast<size_t>(i - 1)],
                  StartsWith((i % 3 ? "[17," : "[8,16,") + std::to_string(i) + ","));
  }
  EXPECT_EQ(authorizer.stop(), users * rounds);
}

TEST(Authorizer, SessionsOfSeveralThreadsWaitForOneAnswer) {
  RunningServer server(asked_realm(config::DynamicAuthorizer::CacheBy::role));
  AuthorizerThread authorizer(server, true);
  constexpr int users = 8, rounds = 30;
  for (int round = 0; round < rounds; ++round) {
    std::vector<WampClient> clients;
    for (int user = 0; user < users; ++user) clients.push_back(server.join(Format::json));
    for (WampClient& client : clients)
      client.says(R"([32,1,{},"com.round)" + std::to_string(round) + ".yes\"]");
    // The first one leaves in half of the rounds; if it was the one that asked, another one asks.
    if (round % 2) clients.erase(clients.begin());
    for (WampClient& client : clients) EXPECT_THAT(client.hears(), StartsWith("[33,1,"));
  }
  const int questions = authorizer.stop();
  EXPECT_GE(questions, rounds);
  EXPECT_LT(questions, rounds * users);
}

}  // namespace
}  // namespace router
