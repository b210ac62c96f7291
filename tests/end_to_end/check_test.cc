// The real program: "wampd check", and values from outside the configuration file.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class Check : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    std::ofstream(file()) << text;
    return file();
  }
  std::string file() const { return folder_.file("wampd.jsonc"); }

  const std::string good = R"({
  "realms": [{ "name": "realm1", "roles": [{ "name": "anonymous", "permissions": [
    { "uri": "com.open.", "match": "prefix", "allow": { "call": true } } ] }] }],
  "transports": [{ "type": "websocket", "endpoint": { "type": "tcp", "port": "$WAMPD_TEST_PORT" } }] })";

 private:
  test_support::TemporaryFolder folder_;
};

TEST_F(Check, SaysWhatAFileServes) {
  setenv("WAMPD_TEST_PORT", "4711", 1);
  const Ended ended = run_program({"check", write(good)});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output,
              HasSubstr("transport 127.0.0.1:4711\n  path /: WebSocket: msgpack, json, cbor\n"));
  EXPECT_THAT(ended.output, HasSubstr("rule prefix \"com.open.\": call (" + file() + ":3:5, $.realms[0]"));
}

TEST_F(Check, SaysWhatIsWrongWithAFile) {
  unsetenv("WAMPD_TEST_PORT");
  const Ended ended = run_program({"check", write(good)});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, EndsWith(":4:78: at $.transports[0].endpoint.port: the environment variable "
                                     "\"WAMPD_TEST_PORT\" is not set; \"$$\" stands for one \"$\"\n"));
  EXPECT_EQ(run_program({"check", "/none.json"}).code, 1);
}

TEST_F(Check, SaysAllThatIsWrongWithAFileInItsOrder) {
  const Ended ended = run_program({"check", write(R"({
  "workers": -1,
  "realms": [{ "name": "r", "uri_check": "hard", "roles": [{ "name": "anonymous", "permissions": [
    { "uri": "a b", "allow": { "cal": true }, "trustlevel": -1 },
    { "uri": "c" }, { "uri": "c" } ], "slow_consumer": 5 }] }],
  "transports": [
    { "type": "web", "endpoint": { "type": "tcp", "port": 70000, "interface": "here" }, "limits": { "max_depht": 1 },
      "paths": { "a": { "type": "webscket" }, "b": { "type": "health", "x": 1 } } },
    { "type": "websocket", "endpoint": { "type": "tcp", "port": 8080, "tls": { "key": "" } }, "auth": { "tickt": {} } }],
  "drain": { "window_ms": "soon" } })")});
  EXPECT_EQ(ended.code, 1);
  std::istringstream lines(ended.output);
  std::vector<std::string> places;
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find(": at ") + 5;
    places.push_back(line.substr(begin, line.find(": ", begin) - begin));
  }
  EXPECT_THAT(
      places,
      testing::ElementsAre(
          "$.workers", "$.realms[0].uri_check", "$.realms[0].roles[0].permissions[0].uri",
          "$.realms[0].roles[0].permissions[0].allow", "$.realms[0].roles[0].permissions[0].trustlevel",
          "$.realms[0].roles[0].permissions[2].uri", "$.realms[0].roles[0].slow_consumer",
          "$.transports[0].endpoint.port", "$.transports[0].endpoint.interface", "$.transports[0].limits",
          "$.transports[0].paths.a.type", "$.transports[0].paths.b", "$.transports[1].endpoint.tls",
          "$.transports[1].endpoint.tls.key", "$.transports[1].auth", "$.drain.window_ms"));
}

TEST_F(Check, TakesWhatWillNotBeServedForAnErrorIfItIsStrict) {
  write(R"({"version": 2, "workers": [
    {"type": "router", "realms": [{"name": "r", "roles": [{"name": "anonymous", "permissions": []}]}],
     "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 8080}}]},
    {"type": "container", "components": [{"type": "class"}]}]})");
  EXPECT_EQ(run_program({"check", file()}).code, 0);
  const Ended strict = run_program({"check", "--strict", file()});
  EXPECT_EQ(strict.code, 1);
  EXPECT_THAT(strict.output,
              EndsWith(":4:5: at $.workers[1]: a worker of type \"container\" is not started\n"));
  setenv("WAMPD_TEST_PORT", "0", 1);
  EXPECT_EQ(run_program({"check", "--strict", write(good)}).code, 0);
}

TEST_F(Check, SaysWhatWillNotBeServedOfAFileWithFaultsToo) {
  write(R"({"version": 2, "workers": [
    {"type": "router", "realms": [{"name": "r", "roles": [{"name": "anonymous", "permissions": []}]}],
     "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 80800}}]},
    {"type": "container", "components": [{"type": "class"}]}]})");
  const Ended ended = run_program({"check", file()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("$.workers[1]  a worker of type \"container\" is not started\n"));
  EXPECT_THAT(ended.output, HasSubstr("endpoint.port: expected a whole number from 0 to 65535\n"));
  const Ended strict = run_program({"check", "--strict", file()});
  EXPECT_EQ(strict.code, 1);
  EXPECT_THAT(strict.output,
              HasSubstr(":4:5: at $.workers[1]: a worker of type \"container\" is not started\n"));
  EXPECT_THAT(strict.output, HasSubstr("endpoint.port: expected a whole number from 0 to 65535\n"));
}

TEST_F(Check, RefusesAStaticDirectoryThatIsNotThereAsTheStartDoes) {
  write(R"({"realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]}],
    "transports": [{"type": "web", "endpoint": {"type": "tcp", "port": 0},
                    "paths": {"/": {"type": "static", "directory": "web"}}}]})");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"check", file()}, {"--config", file()}}) {
    const Ended ended = run_program(arguments);
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.output,
                HasSubstr(":3:68: at $.transports[0].paths[\"/\"].directory: there is no directory "));
  }
}

TEST_F(Check, RefusesAStoreWhoseDirectoryIsNotThereAsTheStartDoes) {
  for (const std::string name : {"realm1", "tenant-*"}) {
    write("{\"realms\": [{\"name\": \"" + name + R"(", "roles": [{"name": "anonymous", "permissions": []}],
      "store": {"type": "sqlite", "path": "events/{realm}.db"}}],
      "transports": [{"type": "web", "endpoint": {"type": "tcp", "port": 0}, "paths": {}}]})");
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"check", file()}, {"--config", file()}}) {
      const Ended ended = run_program(arguments);
      EXPECT_EQ(ended.code, 1);
      EXPECT_THAT(ended.output, HasSubstr(":2:43: at $.realms[0].store.path: there is no directory "));
    }
  }
}

TEST_F(Check, NamesTheSettingOfAPortThatIsTaken) {
  setenv("WAMPD_TEST_PORT", "0", 1);
  const Program first(write(good));
  setenv("WAMPD_TEST_PORT", std::to_string(first.port()).c_str(), 1);
  const Ended second = run_program({"--config", file()});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.output, HasSubstr("Address already in use (" + file() +
                                       ":4:53, $.transports[0].endpoint). "
                                       "Something else listens there"));
}

TEST_F(Check, SaysWhatWampdDoesWithoutAFile) {
  const Ended ended = run_program({"check"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("\nrealm \"realm1\"\n"));
}

TEST_F(Check, SaysWhichRuleDecides) {
  setenv("WAMPD_TEST_PORT", "0", 1);
  const Ended ended = run_program({"check", write(good), "--explain", "joe", "call", "com.open.x"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("decided by: prefix \"com.open.\" allows call (" + file() + ":3:5"));
  EXPECT_THAT(run_program({"check", file(), "--explain", "joe", "call", "com.x", "--role", "anonymous",
                           "--realm", "realm1"})
                  .output,
              HasSubstr("no rule matches"));
  EXPECT_THAT(run_program({"check", file(), "--explain", "joe", "subscribe", "com.open.", "--match", "prefix",
                           "--role", "anonymous"})
                  .output,
              HasSubstr("may not subscribe prefix \"com.open.\""));
  EXPECT_EQ(run_program({"check", file(), "--explain", "joe", "call", "com.x", "--role", "boss"}).code, 1);
}

TEST_F(Check, ListsWhatACrossbarFileHasThatIsNotServed) {
  const Ended ended = run_program({"check", write(R"({"version": 2, "workers": [
    {"type": "router", "realms": [{"name": "r", "roles": [{"name": "anonymous", "permissions": []}]}],
     "transports": [{"type": "web", "endpoint": {"type": "tcp", "port": 8080}, "paths": {
       "ws": {"type": "websocket"}, "info": {"type": "upload"}}}]},
    {"type": "container", "components": [{"type": "class"}]}]})")});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("\n  path /info: nothing (404)\n"));
  EXPECT_THAT(
      ended.output,
      EndsWith("not served of this Crossbar file:\n"
               "  line  where                                  what becomes of it\n"
               "  4     $.workers[0].transports[0].paths.info  there is no web service of type \"upload\": "
               "/info answers 404\n"
               "  5     $.workers[1]                           a worker of type \"container\" is not "
               "started\n"));
}

TEST_F(Check, GoesWithWhatTheProgramLogsOfADenial) {
  setenv("WAMPD_TEST_PORT", "0", 1);
  write(good);
  Program program(file());
  WampClient client(test_support::RawClient(program.port()), serializers::Format::json);
  client.joins();
  client.says(R"([48,1,{},"com.open"])");
  EXPECT_THAT(client.hears(), HasSubstr("wamp.error.not_authorized"));
  EXPECT_THAT(program.log_until("may not call"),
              EndsWith("role \"anonymous\" may not call \"com.open\": no rule matches\n"));
}

TEST_F(Check, TakesSecretsFromFilesAndReloadsThem) {
  setenv("WAMPD_TEST_TICKET", "first-secret", 1);
  const auto secret_file = [this](const std::string& secret) {
    std::ofstream(std::filesystem::path(file()).parent_path() / "ticket") << secret << "\n";
  };
  secret_file("second-secret");
  write(R"({"realms": [{"name": "realm1", "roles": [{"name": "user", "permissions": []}]}],
    "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}, "auth": {"ticket": {
      "type": "static", "principals": {"joe": {"role": "user", "ticket": "$WAMPD_TEST_TICKET"},
                                       "ann": {"role": "user", "ticket": {"file": "ticket"}}}}}}]})");
  EXPECT_THAT(run_program({"check", file()}).output, testing::Not(HasSubstr("secret")));
  Program program(file());
  const auto answer = [&program](const std::string& authid, const std::string& ticket) {
    WampClient client(test_support::RawClient(program.port()), serializers::Format::json);
    client.says(R"([1,"realm1",{"authid":")" + authid +
                R"(","authmethods":["ticket"],"roles":{"caller":{}}}])");
    client.hears();
    client.says("[5,\"" + ticket + "\",{}]");
    return client.hears().substr(0, 3);
  };
  EXPECT_EQ(answer("joe", "first-secret"), "[2,");
  EXPECT_EQ(answer("ann", "second-secret"), "[2,");
  EXPECT_EQ(answer("ann", "first-secret"), "[3,");
  secret_file("third-secret");
  program.reload();
  const std::string log = program.log_until("changed: transport 127.0.0.1:0, authentication ticket");
  EXPECT_THAT(log, EndsWith("principal \"ann\", in secret\n"));
  EXPECT_THAT(log, testing::Not(HasSubstr("d-secret")));
  EXPECT_EQ(answer("ann", "second-secret"), "[3,");
  EXPECT_EQ(answer("ann", "third-secret"), "[2,");
}

// The blocks of that kind on a page.
std::vector<std::string> documented(const std::string& kind, const std::string& name) {
  std::ostringstream page;
  page << std::ifstream(std::string(WAMPD_SOURCE_DIR) + "/docs/" + name).rdbuf();
  std::vector<std::string> blocks;
  const std::string text = page.str(), opening = "\n```" + kind + "\n";
  for (size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
    at += opening.size();
    blocks.push_back(text.substr(at, text.find("\n```", at) - at + 1));
  }
  return blocks;
}

// Each "$ wampd check wampd.jsonc ..." on the page says what stands below it. Returns their number.
int check_transcripts(const std::string& page, const std::string& file) {
  int count = 0;
  for (const std::string& block : documented("", page)) {
    const std::string prompt = "$ wampd ";
    if (!block.starts_with(prompt)) continue;
    const size_t end = block.find('\n');
    std::istringstream words(block.substr(prompt.size(), end - prompt.size()));
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word == "wampd.jsonc" ? file : word);
    std::string output = run_program(arguments).output;
    for (size_t at = 0; (at = output.find(file)) != std::string::npos;)
      output.replace(at, file.size(), "wampd.jsonc");
    EXPECT_THAT(output, testing::StartsWith(block.substr(end + 1)));
    ++count;
  }
  return count;
}

TEST_F(Check, SaysWhatThePageSays) {
  write(documented("jsonc", "configuration.md").at(1));
  std::filesystem::create_directory(std::filesystem::path(file()).parent_path() / "web");
  EXPECT_EQ(check_transcripts("configuration.md", file()), 2);
}

TEST_F(Check, SaysWhatThePageForUsersOfCrossbarSays) {
  write(documented("jsonc", "from-crossbar.md").at(0));
  EXPECT_EQ(check_transcripts("from-crossbar.md", file()), 1);
}

TEST_F(Check, SaysWhatThePageForUsersOfNexusSays) {
  write(documented("jsonc", "from-nexus.md").at(0));
  EXPECT_EQ(check_transcripts("from-nexus.md", file()), 1);
}

TEST_F(Check, SaysWhatThePageOnAuthorizationSays) {
  write(documented("jsonc", "authorization.md").at(0));
  EXPECT_EQ(check_transcripts("authorization.md", file()), 2);
}

}  // namespace
}  // namespace router
