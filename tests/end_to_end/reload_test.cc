// SIGHUP to the real program, and reloads of a server under load.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string realm1 = R"({"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
  {"uri": "com.", "match": "prefix", "allow": {"call": true}}]}]})";
const std::string stricter = R"({"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
  {"uri": "com.", "match": "prefix"}]}]})";
const std::string realm2 = R"({"name": "realm2", "roles": [{"name": "anonymous", "permissions": []}]})";
const std::string tcp = R"({"type": "websocket", "endpoint": {"type": "tcp", "port": 0}})";

class Reload : public testing::Test {
 protected:
  void write(const std::string& realms, const std::string& transports = tcp) {
    std::ofstream(file()) << R"({"workers": 2, "realms": [)" << realms << R"(], "transports": [)"
                          << transports << "]}";
  }
  std::string file() const { return folder_.file("wampd.jsonc"); }
  std::string socket_path() const { return folder_.file("wampd.sock"); }
  std::string unix_socket(const std::string& more = "") const {
    return R"({"type": "websocket", "endpoint": {"type": "unix", "path": ")" + socket_path() + "\"}" + more +
           "}";
  }

  static std::string reload(Program& program, const std::string& until) {
    program.reload();
    return program.log_until(until);
  }
  static WampClient connect(const Program& program) {
    return {test_support::RawClient(program.port()), Format::json};
  }

 private:
  test_support::TemporaryFolder folder_;
};

TEST_F(Reload, TheNextSessionOnAnOpenConnectionNeedsTheNewSecret) {
  const auto with_ticket = [](const std::string& ticket) {
    return R"({"type": "websocket", "endpoint": {"type": "tcp", "port": 0}, "auth": {"ticket": {"type": "static",
      "principals": {"joe": {"role": "anonymous", "ticket": ")" +
           ticket + R"("}}}}})";
  };
  write(realm1, with_ticket("old"));
  Program program(file());
  WampClient joe = connect(program);
  const auto logs_in = [&joe](const std::string& ticket) {
    joe.says(R"([1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"],"authid":"joe"}])");
    EXPECT_EQ(joe.hears(), R"([4,"ticket",{}])");
    joe.says("[5,\"" + ticket + "\",{}]");
    return joe.hears();
  };
  const auto leaves = [&joe] {
    joe.says(R"([6,{},"wamp.close.close_realm"])");
    return joe.hears();
  };
  EXPECT_THAT(logs_in("old"), testing::StartsWith("[2,"));
  write(realm1, with_ticket("new"));
  reload(program, "reload: ");
  EXPECT_THAT(leaves(), HasSubstr("wamp.close.goodbye_and_out"));
  EXPECT_THAT(logs_in("new"), testing::StartsWith("[2,"));
  leaves();
  EXPECT_THAT(logs_in("old"), HasSubstr("wamp.error.authentication_denied"));
}

TEST_F(Reload, GivesLiveSessionsTheNewRules) {
  write(realm1);
  Program program(file());
  WampClient client = connect(program);
  client.joins();
  client.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(client.hears(), HasSubstr("no_such_procedure"));
  write(stricter);
  reload(program,
         "changed: realm \"realm1\", role \"anonymous\", rule prefix \"com.\": call, now nothing allowed");
  client.says(R"([48,2,{},"com.x"])");
  EXPECT_THAT(client.hears(), HasSubstr("not_authorized"));
}

TEST_F(Reload, ChangesNothingIfTheFileIsBad) {
  write(realm1);
  Program program(file());
  write("{}");
  EXPECT_THAT(reload(program, "the old configuration goes on"),
              HasSubstr("at $.realms[0]: the key \"name\" is missing"));
  WampClient client = connect(program);
  client.joins();
  client.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(client.hears(), HasSubstr("no_such_procedure"));
}

TEST_F(Reload, ChangesNothingIfAnAddressCannotBeOpened) {
  write(realm1);
  Program program(file());
  write(stricter + "," + realm2,
        tcp + R"(, {"type": "websocket", "endpoint": {"type": "unix", "path": "no/such/folder/s"}})");
  EXPECT_THAT(reload(program, "the old configuration goes on"), HasSubstr("no/such/folder/s"));
  WampClient client = connect(program);
  client.joins();
  client.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(client.hears(), HasSubstr("no_such_procedure"));
  EXPECT_THROW(connect(program).joins("realm2"), std::runtime_error);
}

TEST_F(Reload, AddsAndRemovesRealms) {
  write(realm1);
  Program program(file());
  write(realm1 + "," + realm2);
  reload(program, "added: realm \"realm2\"");
  WampClient client = connect(program);
  client.joins("realm2");
  write(realm1);
  reload(program, "removed: realm \"realm2\"");
  EXPECT_THROW(connect(program).joins("realm2"), std::runtime_error);
  client.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(client.hears(), HasSubstr("not_authorized"));  // it lives on, with its realm's last rules
  connect(program).joins("realm1");
}

TEST_F(Reload, AddsAndRemovesTransports) {
  write(realm1);
  Program program(file());
  EXPECT_THROW(test_support::RawClient::over_unix(socket_path()), std::runtime_error);
  write(realm1, tcp + "," + unix_socket());
  reload(program, "added: transport unix:" + socket_path());
  WampClient client(test_support::RawClient::over_unix(socket_path()), Format::json);
  client.joins();
  write(realm1);
  reload(program, "removed: transport unix:" + socket_path());
  EXPECT_THROW(test_support::RawClient::over_unix(socket_path()), std::runtime_error);
  client.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(client.hears(), HasSubstr("no_such_procedure"));
  write(realm1, tcp + "," + unix_socket());
  reload(program, "added: transport unix:" + socket_path());
  WampClient(test_support::RawClient::over_unix(socket_path()), Format::json).joins();
}

TEST_F(Reload, GivesNewConnectionsATransportsNewSettings) {
  write(realm1);
  Program program(file());
  WampClient old = connect(program);
  old.joins();
  write(realm1, R"({"type": "websocket", "endpoint": {"type": "tcp", "port": 0}, "serializers": ["cbor"],
                    "auth": {}, "limits": {"max_message_size": 1000}})");
  reload(program, "limit max_message_size: 1000");
  EXPECT_THROW(connect(program), std::runtime_error);  // as it speaks JSON
  WampClient client(test_support::RawClient(program.port()), Format::cbor);
  EXPECT_THROW(client.joins(), std::runtime_error);  // as nobody gets in
  old.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(old.hears(), HasSubstr("no_such_procedure"));
}

TEST_F(Reload, TellsWhatCannotChange) {
  write(realm1, unix_socket() + "," + tcp);
  Program program(file());
  std::string other_realm = realm1;
  other_realm.insert(1, R"("uri_check": "strict", )");
  std::string other_socket = unix_socket();
  other_socket.insert(other_socket.find("\"path\""), R"("backlog": 7, "mode": "0660", )");
  write(other_realm, other_socket + "," + tcp);
  const std::string log = reload(program, "transport unix:" + socket_path() + ": mode stays as it is");
  EXPECT_THAT(log, AllOf(HasSubstr("realm \"realm1\": uri_check stays as it is until a restart"),
                         HasSubstr(": backlog stays as it is until a restart")));
}

TEST_F(Reload, SaysWhenNothingHasChanged) {
  write(realm1);
  Program program(file());
  reload(program, "reload: nothing has changed");
  reload(program, "reload: nothing has changed");
}

TEST_F(Reload, ReadsCertificatesAgain) {
  const test_support::Certificates first, second;
  const auto install = [this](const test_support::Certificates& certificates) {
    for (const char* name : {"localhost.pem", "localhost.key"})
      std::filesystem::copy_file(certificates.folder().file(name),
                                 std::filesystem::path(file()).parent_path() / name,
                                 std::filesystem::copy_options::overwrite_existing);
  };
  const auto connect_trusting = [](const Program& program, const test_support::Certificates& certificates) {
    test_support::RawClient raw(program.port());
    raw.secure({.version = 13, .server_name = "localhost", .ca_file = certificates.ca()});
    return WampClient(std::move(raw), Format::json);
  };
  install(first);
  write(realm1, R"({"type": "websocket", "endpoint": {"type": "tcp", "port": 0,
                    "tls": {"certificate": "localhost.pem", "key": "localhost.key"}}})");
  Program program(file());
  WampClient old = connect_trusting(program, first);
  old.joins();
  install(second);
  reload(program, "changed: transport 127.0.0.1:0, TLS certificate 1: ");
  connect_trusting(program, second).joins();
  EXPECT_THROW(connect_trusting(program, first), std::runtime_error);
  old.says(R"([48,1,{},"com.x"])");
  EXPECT_THAT(old.hears(), HasSubstr("no_such_procedure"));
  std::ofstream(std::filesystem::path(file()).parent_path() / "localhost.pem") << "broken";
  reload(program, "the old configuration goes on");
  connect_trusting(program, second).joins();
}

// Clients come, call and go while rules, realms and limits change: for ThreadSanitizer.
TEST(ReloadUnderLoad, NeitherBreaksNorDisturbsSessions) {
  config::Config config = test_config();
  config.realms.push_back(config.realms.front());
  config.realms.back().name = "t-*";
  config.realms.back().made_on_demand.idle_ms = 1;
  RunningServer server(config);
  std::atomic<bool> over = false;
  std::vector<std::thread> clients;
  for (int number = 0; number < 2; ++number)
    clients.emplace_back([&, number] {
      while (!over) {
        WampClient client = server.connect(Format::json);
        client.joins(number == 0 ? "realm1" : "t-" + std::to_string(number));
        for (int request = 1; request <= 20; ++request) {
          client.says("[48," + std::to_string(request) + R"(,{},"com.x"])");
          EXPECT_THAT(client.hears(),
                      testing::AnyOf(HasSubstr("no_such_procedure"), HasSubstr("not_authorized")));
        }
      }
    });
  for (int round = 0; round < 50; ++round) {
    config.realms.front().roles.front().permissions.front().call = round % 2 == 0;
    config.realms.front().limits.sessions = 1000 + static_cast<uint32_t>(round);
    config.transports.front().limits.max_depth = 100 + static_cast<uint32_t>(round);
    if (round % 10 == 0) {
      config.realms.push_back(config.realms.front());
      config.realms.back().name = "realm" + std::to_string(round + 2);
    }
    server.server().reload(config);
  }
  over = true;
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace router
