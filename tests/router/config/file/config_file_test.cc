#include "router/config/file/config_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "router/config/file/default_config.h"
#include "router/config/limits.h"
#include "tests/router/config/config_text.h"
#include "tests/support/temporary_folder.h"

namespace router::config::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string source_directory = WAMPD_SOURCE_DIR;

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The code blocks of a page that are marked as configurations, in their order.
std::vector<std::string> documented_configurations(const std::string& file = "/docs/configuration.md") {
  const std::string page = text_of(source_directory + file);
  const std::string opening = "\n```jsonc\n";
  std::vector<std::string> blocks;
  for (size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
    at += opening.size();
    blocks.push_back(page.substr(at, page.find("\n```", at) - at));
  }
  return blocks;
}

// A directory of its own for each test, removed at its end.
class ConfigFile : public testing::Test {
 protected:
  ConfigFile() { std::filesystem::create_directories(directory_); }
  ~ConfigFile() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& text) const {
    std::ofstream(path()) << text;
    return path();
  }
  std::string path() const { return directory_ + "/wampd.jsonc"; }

  static std::string load_error(const std::string& path) {
    try {
      load_config(path);
      return "accepted";
    } catch (const ConfigError& error) {
      return error.what();
    }
  }

  const std::string directory_ = testing::TempDir() + "wampd_config_" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name() +
                                 std::to_string(std::random_device()());
};

TEST(Metrics, NameUrisThatAreLabels) {
  const auto with = [](const std::string& metrics) {
    return R"({"metrics": )" + metrics + R"(, "realms": )" + some_realms + R"(, "transports": )" +
           some_transports + "}";
  };
  const MetricsUris metrics =
      parse(with(R"({"procedures": ["com.add", "com.report.*"], "topics": ["com.tick"], "max_series": 5})"))
          .metrics;
  EXPECT_EQ(metrics.procedures, (std::vector<std::string>{"com.add", "com.report.*"}));
  EXPECT_EQ(metrics.topics, std::vector<std::string>{"com.tick"});
  EXPECT_EQ(metrics.max_series, 5u);
  EXPECT_THAT(error_of(with(R"({"procedures": ["com.*.add"]})")), HasSubstr("with a '*' behind it"));
  EXPECT_THAT(error_of(with(R"({"max_series": 0})")), HasSubstr("max_series"));
}

TEST(DefaultConfig, ServesOneOpenRealmOnLoopback) {
  const Config config = default_config();
  ASSERT_EQ(config.realms.size(), 1u);
  EXPECT_EQ(config.realms[0].name, "realm1");
  const Permission& permission = config.realms[0].roles.at(0).permissions.at(0);
  EXPECT_TRUE(permission.call && permission.register_ && permission.publish && permission.subscribe);
  EXPECT_EQ(permission.match, wamp::MatchPolicy::prefix);
  EXPECT_EQ(permission.uri, "");

  ASSERT_EQ(config.transports.size(), 1u);
  const Transport& transport = config.transports[0];
  EXPECT_EQ(transport.interface, "127.0.0.1");
  EXPECT_EQ(transport.port, 8080);
  EXPECT_EQ(transport.auth.at("anonymous").principals.at("").role, config.realms[0].roles[0].name);
  EXPECT_TRUE(std::holds_alternative<WebSocketPath>(transport.paths.at("/ws")));
  EXPECT_TRUE(std::holds_alternative<HealthPath>(transport.paths.at("/health")));
  EXPECT_TRUE(std::holds_alternative<ReadyPath>(transport.paths.at("/ready")));
  EXPECT_TRUE(std::holds_alternative<MetricsPath>(transport.paths.at("/metrics")));
  EXPECT_EQ(std::get<StaticPath>(transport.paths.at("/")).files.directory, "");
}

TEST(OwnTopLevel, TakesTheNumberOfWorkers) {
  const auto with_workers = [](const std::string& number) {
    return R"({"$schema": "x", "workers": )" + number + R"(, "realms": )" + some_realms +
           R"(, "transports": )" + some_transports + "}";
  };
  EXPECT_EQ(parse(with_realms(some_realms)).workers, 0);
  EXPECT_EQ(parse(with_workers("4")).workers, 4);
  EXPECT_THAT(error_of(with_workers("257")), EndsWith("at $.workers: expected a whole number from 0 to 256"));
  EXPECT_THAT(error_of(with_workers("\"4\"")), EndsWith("expected a number, found a string"));
}

TEST(OwnTopLevel, TakesTheTimesOfTheDrain) {
  const auto with_drain = [](const std::string& drain) {
    return R"({"drain": )" + drain + R"(, "realms": )" + some_realms + R"(, "transports": )" +
           some_transports + "}";
  };
  const Drain drain = parse(with_drain(R"({"window_ms": 0, "deadline_ms": 10, "retry_after_ms": 20})")).drain;
  EXPECT_EQ(drain.window_ms, 0u);
  EXPECT_EQ(drain.deadline_ms, 10u);
  EXPECT_EQ(drain.retry_after_ms, 20u);
  EXPECT_EQ(parse(with_drain("{}")).drain.deadline_ms, 5000u);
  EXPECT_THAT(error_of(with_drain(R"({"window": 1})")), EndsWith("at $.drain: unknown key \"window\""));
}

TEST(OwnTopLevel, RefusesWhatIsNotAConfiguration) {
  EXPECT_EQ(error_of("[]"), "wampd.jsonc:1:1: at $: expected an object, found a list");
  EXPECT_EQ(error_of("{}"),
            "wampd.jsonc:1:1: at $: the key \"realms\" is missing\n"
            "wampd.jsonc:1:1: at $: the key \"transports\" is missing");
  EXPECT_THAT(error_of(R"({"realms": []})"), HasSubstr("the key \"transports\" is missing"));
  // The key that is meant is not called missing, too.
  EXPECT_EQ(error_of("{\n\t\"realm\": [], \"transport\": []}"),
            "wampd.jsonc:2:2: at $: unknown key \"realm\"; did you mean \"realms\"?\n"
            "wampd.jsonc:2:15: at $: unknown key \"transport\"; did you mean \"transports\"?");
  EXPECT_THAT(error_of("{,}"), StartsWith("wampd.jsonc:1:2: JSON syntax:"));
}

TEST(OwnTopLevel, TellsNoFaultThatIsAnothersFault) {
  // A role is not called missing if the realms cannot be read.
  EXPECT_EQ(
      error_of(R"({"relams": [], "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1},
              "auth": {"anonymous": {"type": "static", "role": "guest"}}}]})"),
      "wampd.jsonc:1:2: at $: unknown key \"relams\"; did you mean \"realms\"?");
  // The same key misspelt elsewhere does not hide that one is missing.
  EXPECT_THAT(
      error_of(with_realms(R"([{"name": "r", "roles": [{"name": "a", "permisions": []}, {"name": "b"}]}])")),
      AllOf(HasSubstr("$.realms[0].roles[0]: unknown key \"permisions\""),
            HasSubstr("$.realms[0].roles[1]: the key \"permissions\" is missing")));
  // What is thrown by a document within does not hide the rest.
  EXPECT_THAT(
      error_of(R"({"workers": -1, "realms": )" + some_realms + R"(, "transports": [{"type": "websocket",
              "endpoint": {"type": "tcp", "port": 1}, "auth": {"jwt": {"type": "static", "jwks": "{"},
              "anonymous": {"type": "static", "extra": {"x": 1e-400}}}}]})"),
      AllOf(HasSubstr("$.workers: "), HasSubstr("jwks:1:2: "),
            HasSubstr("anonymous.extra.x: expected a number that a double can hold")));
}

TEST_F(ConfigFile, LoadsWithDirectoriesRelativeToIt) {
  std::filesystem::create_directory(directory_ + "/web");
  const Config config = load_config(write(with_paths(R"({"/": {"type": "static", "directory": "web"}})")));
  EXPECT_EQ(std::get<StaticPath>(config.transports.at(0).paths.at("/")).files.directory,
            std::filesystem::path(directory_ + "/web").lexically_normal().string());
}

TEST_F(ConfigFile, LoadsATextByAName) {
  const std::string web = "wampd_config_no_such_directory";
  const std::string text = with_paths(R"({"/": {"type": "static", "directory": ")" + web + R"("}})");
  const auto error_of_text = [](const std::string& some) -> std::string {
    try {
      load_config_text(some, "a text");
      return "accepted";
    } catch (const ConfigError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(error_of_text(text), AllOf(StartsWith("a text:1:"), EndsWith("there is no directory " + web)));
  EXPECT_EQ(error_of_text(std::string(1024 * 1024 + 1, ' ')),
            "a text: the configuration is larger than 1048576 bytes");
}

TEST_F(ConfigFile, RefusesAStaticDirectoryThatIsNotThere) {
  const std::string web = std::filesystem::path(directory_ + "/web").lexically_normal().string();
  const std::string file = write(with_paths(R"({"/": {"type": "static", "directory": "web"}})"));
  EXPECT_THAT(load_error(file),
              EndsWith("at $.transports[0].paths[\"/\"].directory: there is no directory " + web));
  std::ofstream(web) << "a file";
  EXPECT_THAT(load_error(file), HasSubstr("there is no directory"));
}

TEST_F(ConfigFile, NamesItselfInErrors) {
  EXPECT_THAT(load_error(write("{")), StartsWith(path() + ":1:2: "));
}

TEST_F(ConfigFile, TellsWhyItCannotBeRead) {
  EXPECT_EQ(load_error(path()), path() + ": cannot read the configuration: No such file or directory");
  EXPECT_EQ(load_error(directory_), directory_ + ": cannot read the configuration: Is a directory");
}

TEST_F(ConfigFile, RefusesMoreThanAMebibyte) {
  const std::string text = with_realms(some_realms);
  const size_t limit = 1024 * 1024;
  EXPECT_EQ(load_error(write(text + std::string(limit - text.size(), ' '))), "accepted");
  EXPECT_THAT(load_error(write(text + std::string(limit + 1 - text.size(), ' '))),
              HasSubstr("larger than 1048576 bytes"));
}

TEST(ConfigurationPage, HasExamplesThatParseWithoutNotices) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("anns-ticket")) << "secret\n";
  setenv("WAMPD_PORT", "8080", 1);
  setenv("JOES_TICKET", "hidden", 1);
  const auto blocks = documented_configurations();
  ASSERT_EQ(blocks.size(), 5u);
  for (const std::string& block : blocks)
    EXPECT_THAT(notices_of(parse_config(block, "wampd.jsonc", folder.file(""))), IsEmpty()) << block;
}

TEST(EventHistoryPage, HasAConfigurationThatParsesWithoutNotices) {
  const auto blocks = documented_configurations("/docs/event-history.md");
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_THAT(notices_of(blocks.front()), IsEmpty());
}

TEST(AuthorizationPage, HasAConfigurationThatParsesWithoutNotices) {
  const auto blocks = documented_configurations("/docs/authorization.md");
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_THAT(notices_of(blocks.front()), IsEmpty());
}

// "| `timeout_ms` | 1 to 86400000 | 5000 |"
TEST(AuthorizationPage, TellsTheDefaultsOfTheOptions) {
  const std::string page = text_of(source_directory + "/docs/authorization.md");
  const DynamicAuthorizer usual;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, uint64_t>>{{"timeout_ms", usual.timeout_ms},
                                                     {"cache_ttl_ms", usual.cache_ttl_ms},
                                                     {"max_cached_bytes", usual.max_cached_bytes},
                                                     {"max_held_requests", usual.max_held_requests},
                                                     {"max_held_bytes", usual.max_held_bytes}})
    EXPECT_THAT(page, testing::ContainsRegex("\n[|] `" + name + "` [|] 1 to [0-9]+ [|] " +
                                             std::to_string(value) + " [|]"));
}

TEST(ConfigurationPage, TellsTheDefaultsOfCompression) {
  const std::string page = text_of(source_directory + "/docs/configuration.md");
  const transport::CompressionOptions usual;
  EXPECT_THAT(page, HasSubstr("| `max_window_bits` | 9 to 15 | " + std::to_string(usual.window_bits) + " |"));
  EXPECT_THAT(page, HasSubstr("| `request_max_window_bits` | 9 to 15 | " +
                              std::to_string(usual.client_window_bits) + " |"));
  EXPECT_THAT(page, HasSubstr("| `memory_level` | 1 to 9 | " + std::to_string(usual.memory_level) + " |"));
}

TEST(Readme, HasAConfigurationThatParsesWithoutNotices) {
  const auto blocks = documented_configurations("/README.md");
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_THAT(notices_of(blocks.front()), IsEmpty());
}

TEST(ConfigurationPage, HasAFullExampleThatMeansWhatItSays) {
  const Config config = parse(documented_configurations().at(1));
  EXPECT_EQ(config.workers, 2);
  EXPECT_EQ(config.realms.at(0).roles.at(1).permissions.at(1).match, wamp::MatchPolicy::wildcard);
  EXPECT_EQ(config.transports.at(0).auth.at("anonymous").principals.at("").role, "backend");
  EXPECT_EQ(config.transports.at(0).limits.max_queued_bytes, 134217728u);
  EXPECT_EQ(config.transports.at(1).paths.size(), 4u);
  EXPECT_EQ(config.transports.at(1).limits.ping_interval_ms, 30000u);
}

// What the page says of the limits: "| `sessions` | 1 to 4294967295 | 100000 |".
template <class Limits>
void expect_rows(const std::vector<Limit<Limits>>& limits) {
  const std::string page = text_of(source_directory + "/docs/configuration.md");
  static const Limits defaults{};
  for (const Limit<Limits>& limit : limits)
    EXPECT_THAT(page,
                HasSubstr("\n| `" + std::string(limit.name) + "` | " + std::to_string(limit.min) + " to " +
                          std::to_string(limit.max) + " | " + std::to_string(limit.get(defaults)) + " | "));
}

TEST(ConfigurationPage, TellsTheRangesAndDefaultsOfTheLimits) {
  expect_rows(realm_limits);
  expect_rows(transport_limits);
  expect_rows(session_limits);
  expect_rows(memory_limits);
  expect_rows(drain_times);
}

TEST(OperationsPage, ItsConfigurationIsServed) {
  const auto blocks = documented_configurations("/docs/operations.md");
  ASSERT_EQ(blocks.size(), 1u);
  const Config config = parse(blocks[0]);
  EXPECT_TRUE(std::holds_alternative<MetricsPath>(config.transports.at(1).paths.at("/metrics")));
  EXPECT_EQ(config.drain.window_ms, 5000u);
}

TEST(ConfigurationExamples, AllParseWithoutNotices) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_directory + "/examples/config")) {
    if (entry.path().extension() != ".jsonc") continue;
    const Config config = load_config(entry.path().string());
    EXPECT_THAT(notices_of(config), IsEmpty()) << entry.path();
    for (const Transport& transport : config.transports) EXPECT_FALSE(transport.auth.empty()) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 3u);
}

// Whatever is done to a good file: it is accepted, or refused with a ConfigError that names a place.
void expect_place_if_refused(const std::string& text) {
  EXPECT_THAT(error_of(text), testing::AnyOf("accepted", StartsWith("wampd.jsonc:"))) << text;
}

TEST(HostileText, IsRefusedAtEveryTruncation) {
  const std::string good = documented_configurations().at(1);
  for (size_t length = 0; length + 1 < good.size(); ++length)
    EXPECT_THAT(error_of(good.substr(0, length)), StartsWith("wampd.jsonc:")) << length;
}

TEST(HostileText, NeverEscapesAsAnythingButAConfigError) {
  const auto blocks = documented_configurations();
  std::mt19937 random(1);  // a fixed seed: every run does the same
  const std::string tokens[] = {"{",     "}", "[",   "]",  "\"", ":",  ",", "null",
                                "1e999", "-", "\\u", "//", "/*", "*/", "*"};
  for (int round = 0; round < 4000; ++round) {
    std::string text = blocks.at(random() % blocks.size());
    for (uint32_t edits = 1 + random() % 4; edits > 0; --edits) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random() % 20);
          break;
        default:
          text.insert(at, tokens[random() % std::size(tokens)]);
      }
      if (text.empty()) text = "x";
    }
    expect_place_if_refused(text);
  }
}

// Each value replaced by one of another kind: no reader takes a kind for granted.
TEST(HostileText, NeverTakesAKindOfValueForGranted) {
  const std::string good = documented_configurations().at(1);
  for (const std::string other : {"null", "true", "1", "\"x\"", "[]", "{}", "[[]]", "[{}]", "{\"x\": {}}"})
    for (size_t at = good.find(": "); at != std::string::npos; at = good.find(": ", at + 1)) {
      const size_t end = good.find_first_of(",}]\n", at);
      expect_place_if_refused(good.substr(0, at + 2) + other + good.substr(end));
    }
}

}  // namespace
}  // namespace router::config::test
