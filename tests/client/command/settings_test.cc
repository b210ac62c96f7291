// Where the router is and who we are: options, environment, contexts.
#include "client/command/settings/settings.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "client/command/connection/exit_status.h"
#include "client/command/settings/contexts.h"
#include "client/command/settings/private_file.h"
#include "tests/support/temporary_folder.h"

namespace client::command {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

mode_t mode_of(const std::string& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
  return status.st_mode & 0777;
}

TEST(TheEnvironment, SaysWhatOptionsDoNotAndWicksIsReadToo) {
  EXPECT_THAT(settings_of(environment({{"WAMP_URL", "rs://a:1"},
                                       {"WICK_URL", "rs://b:1"},
                                       {"WICK_REALM", "r"},
                                       {"WAMP_PRIVATE_KEY", "k"},
                                       {"WAMP_TICKET_FILE", "no such variable"}})),
              ElementsAre(Pair("private_key", "k"), Pair("realm", "r"), Pair("url", "rs://a:1")));
}

TEST(Settings, ThatAreNearerComeFirst) {
  const Settings option{{"realm", "of the option"}}, variable{{"realm", "2"}, {"url", "of the variable"}},
      context{{"realm", "3"}, {"url", "3"}, {"authid", "of the context"}};
  EXPECT_THAT(merged(option, merged(variable, context)),
              ElementsAre(Pair("authid", "of the context"), Pair("realm", "of the option"),
                          Pair("url", "of the variable")));
}

TEST(Settings, OfASecretAndOfItsFileAreTheSame) {
  EXPECT_THAT(merged({{"ticket_file", "f"}}, {{"ticket", "t"}}), ElementsAre(Pair("ticket_file", "f")));
  EXPECT_THAT(merged({{"private_key", "k"}}, {{"key_file", "f"}}), ElementsAre(Pair("private_key", "k")));
  EXPECT_THAT(
      [] {
        merged({{"secret", "s"}, {"secret_file", "f"}}, {});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("--secret and --secret-file say the same twice")));
}

TEST(Settings, BecomeOptionsOfTheClient) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("ticket")) << "the ticket\r\nmore";
  std::ofstream(folder.file("key")) << "Autobahn\nprivate-key-ed25519: " << std::string(64, 'a') << "\n";
  const Options options = to_options({{"url", "rs://a:1"},
                                      {"authmethod", "ticket,cryptosign"},
                                      {"ticket_file", folder.file("ticket")},
                                      {"key_file", folder.file("key")},
                                      {"secret", "s"},
                                      {"serializer", "cbor"},
                                      {"timeout", "1.5s"}});
  EXPECT_EQ(options.url, "rs://a:1");
  EXPECT_EQ(options.realm, "realm1");
  EXPECT_THAT(options.login.methods, ElementsAre("ticket", "cryptosign"));
  EXPECT_EQ(options.login.ticket, "the ticket");
  EXPECT_EQ(options.login.private_key, std::string(64, 'a'));
  EXPECT_EQ(options.login.password, "s");
  EXPECT_THAT(options.serializers, ElementsAre(serializers::Format::cbor));
  EXPECT_EQ(options.timeout, std::chrono::milliseconds(1500));
}

TEST(Settings, ThatAreWrongAreNamed) {
  const auto complaint = [](const Settings& settings, const std::string& text) {
    EXPECT_THAT([&] { to_options(settings); }, ThrowsMessage<std::invalid_argument>(HasSubstr(text)));
  };
  complaint({{"serializer", "xml"}}, "--serializer: expected json, msgpack or cbor, found \"xml\"");
  complaint({{"timeout", "soon"}}, "--timeout: expected a time");
  complaint({{"ticket_file", "/none"}}, "--ticket-file: cannot read a line of /none");
  complaint({{"key_file", "/none"}}, "--key-file: there are no 64 hexadecimal digits in /none");
}

class AContext : public testing::Test {
 protected:
  const test_support::TemporaryFolder folder_;
  const Environment environment_ = environment({{"XDG_CONFIG_HOME", folder_.file("config")}});
  const Contexts contexts_{environment_};
};

TEST_F(AContext, IsKeptForItsOwnerOnly) {
  contexts_.save("prod", {{"url", "wss://a/ws"}, {"ticket", "t"}, {"ca", "ca.pem"}});
  EXPECT_THAT(contexts_.load("prod"), ElementsAre(Pair("ca", std::filesystem::absolute("ca.pem").string()),
                                                  Pair("ticket", "t"), Pair("url", "wss://a/ws")));
  EXPECT_EQ(mode_of(folder_.file("config/wampd/contexts/prod.json")), 0600U);
  EXPECT_EQ(mode_of(folder_.file("config/wampd/contexts")), 0700U);
  EXPECT_EQ(contexts_.warning("prod"), "");
  ::chmod(folder_.file("config/wampd/contexts/prod.json").c_str(), 0644);
  EXPECT_THAT(contexts_.warning("prod"), HasSubstr("others may read the secret"));
}

TEST_F(AContext, CountsIfItIsNamedOrSelected) {
  contexts_.save("a", {{"realm", "a"}});
  contexts_.save("b", {{"realm", "b"}});
  EXPECT_THAT(contexts_.names(), ElementsAre("a", "b"));
  EXPECT_EQ(chosen_context(contexts_, "", environment_), std::nullopt);
  contexts_.select("a");
  EXPECT_EQ(contexts_.selected(), "a");
  EXPECT_EQ(chosen_context(contexts_, "", environment_), "a");
  EXPECT_EQ(chosen_context(contexts_, "", environment({{"WAMP_CONTEXT", "b"}})), "b");
  EXPECT_EQ(chosen_context(contexts_, "a", environment({{"WAMP_CONTEXT", "b"}})), "a");
  contexts_.remove("a");
  EXPECT_EQ(contexts_.selected(), std::nullopt);
}

TEST_F(AContext, ThatIsNotThereOrWrongIsToldOf) {
  for (const std::string name : {"../x", "", ".x", "a/b", "-x"})
    EXPECT_THAT([&] { contexts_.save(name, {}); }, ThrowsMessage<std::invalid_argument>(HasSubstr("name")));
  EXPECT_THAT([&] { contexts_.select("none"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("there is no context \"none\"")));
  EXPECT_THAT([&] { contexts_.remove("none"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("there is no context \"none\"")));
  contexts_.save("x", {});
  std::ofstream(folder_.file("config/wampd/contexts/x.json")) << R"({"relm": "a"})";
  EXPECT_THAT([&] { contexts_.load("x"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("\"relm\" is no setting with a string")));
  std::ofstream(folder_.file("config/wampd/contexts/x.json")) << "[";
  EXPECT_THAT([&] { contexts_.load("x"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected a JSON object")));
}

ExitStatus status_of_end(EndKind kind, bool joined = false) {
  End end;
  end.kind = kind;
  end.joined = joined;
  return status_of(end);
}

TEST(AnExitStatus, SaysWhatHasFailed) {
  EXPECT_EQ(status_of("com.example.oops"), ExitStatus::application_error);
  EXPECT_EQ(status_of("wamp.error.not_authorized"), ExitStatus::not_authorized);
  EXPECT_EQ(status_of("wamp.error.no_such_procedure"), ExitStatus::no_such);
  EXPECT_EQ(status_of("wamp.error.timeout"), ExitStatus::timeout);
  EXPECT_EQ(status_of_end(EndKind::tls_failed), ExitStatus::cannot_connect);
  EXPECT_EQ(status_of_end(EndKind::login_refused), ExitStatus::login_refused);
  EXPECT_EQ(status_of_end(EndKind::no_such_realm), ExitStatus::no_such);
  EXPECT_EQ(status_of_end(EndKind::timeout), ExitStatus::timeout);
  EXPECT_EQ(status_of_end(EndKind::goodbye, true), ExitStatus::connection_lost);
}

TEST(APrivateFile, TouchesNoOtherFileOfItsFolder) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("jar.new")) << "mine";
  write_for_owner_only(folder.file("jar"), "one\n");
  write_for_owner_only(folder.file("jar"), "two\n");
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("")))
    std::getline(std::ifstream(entry.path()), content[entry.path().filename()]);
  EXPECT_THAT(content, ElementsAre(Pair("jar", "two"), Pair("jar.new", "mine")));
  EXPECT_EQ(mode_of(folder.file("jar")), 0600U);
}

}  // namespace
}  // namespace client::command
