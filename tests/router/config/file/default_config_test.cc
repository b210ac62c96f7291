#include "router/config/file/default_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/inventory.h"

namespace router::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> addresses(const Config& config) {
  std::vector<std::string> all;
  for (const Transport& transport : config.transports) all.push_back(address(transport));
  return all;
}

std::string refusal(const DefaultOptions& options) {
  try {
    default_config(options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DefaultConfig, ListensWhereTheOptionsSay) {
  EXPECT_THAT(addresses(default_config()), ElementsAre("127.0.0.1:8080"));
  EXPECT_THAT(addresses(default_config({.addresses = {"0.0.0.0:80", "[::]:8080", "[0:0::1]:1", "localhost:0",
                                                      "unix:/run/wampd.sock"}})),
              ElementsAre("0.0.0.0:80", "[::]:8080", "[::1]:1", "127.0.0.1:0", "unix:/run/wampd.sock"));
}

TEST(DefaultConfig, ServesTheRealmsThatTheOptionsName) {
  EXPECT_EQ(default_config().realms.at(0).name, "realm1");
  const Config config = default_config({.realms = {"com.a", "b"}});
  ASSERT_EQ(config.realms.size(), 2U);
  EXPECT_EQ(config.realms.at(0).name, "com.a");
  EXPECT_EQ(config.realms.at(1).roles.at(0).name, "anonymous");
}

TEST(DefaultConfig, TellsWhatTheRouterDoesToThoseOnTheMachineOnly) {
  const auto tells = [](const std::string& where) {
    const Config config = default_config({.addresses = {where}});
    return config.transports.at(0).paths.contains("/connz");
  };
  for (const char* const here : {"127.0.0.1:1", "[::1]:1", "localhost:0", "unix:/run/wampd.sock"})
    EXPECT_TRUE(tells(here)) << here;
  for (const char* const everywhere : {"0.0.0.0:80", "[::]:80", "192.0.2.1:80"})
    EXPECT_FALSE(tells(everywhere)) << everywhere;
}

TEST(DefaultConfig, LetsThoseOnTheMachineOnlyAskTheRouterItself) {
  const auto may_ask = [](const std::vector<std::string>& where) {
    const Config config = default_config({.addresses = where});
    const auto& rules = config.realms.at(0).roles.at(0).permissions;
    return rules.back().uri == "wampd." && rules.back().call && rules.back().subscribe;
  };
  EXPECT_TRUE(may_ask({}));
  EXPECT_TRUE(may_ask({"127.0.0.1:1", "unix:/run/wampd.sock"}));
  EXPECT_FALSE(may_ask({"127.0.0.1:1", "0.0.0.0:80"})) << "they have the same role";
}

TEST(DefaultConfig, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                           "::1:80", "[127.0.0.1]:80", "[::1:80", "example.com:80", "unix:", "1.2.3.4:80x"})
    EXPECT_THAT(refusal({.addresses = {text}}), HasSubstr("--ws: expected an address such as")) << text;
}

TEST(DefaultConfig, RefusesWhatIsNoRealmOrGivenTwice) {
  EXPECT_EQ(refusal({.realms = {"a b"}}), "--realm: \"a b\" is not a valid URI");
  EXPECT_EQ(refusal({.realms = {"tenant.*"}}), "--realm: \"tenant.*\" is not a valid URI");
  EXPECT_EQ(refusal({.realms = {"a", "a"}}), "--realm: \"a\" is given twice");
  EXPECT_EQ(refusal({.addresses = {"[::1]:80", "[0::1]:80"}}), "--ws: \"[::1]:80\" is given twice");
  EXPECT_EQ(refusal({.addresses = {"127.0.0.1:0", "127.0.0.1:0"}}), "accepted");
}

TEST(DefaultConfig, CallsTheOptionsAsTheyAreCalledWhereTheyWereSaid) {
  EXPECT_THAT(refusal({.addresses = {"x"}, .addresses_name = "addresses"}),
              StartsWith("addresses: expected an address"));
  EXPECT_EQ(refusal({.realms = {"a b"}, .realms_name = "realms"}), "realms: \"a b\" is not a valid URI");
}

}  // namespace
}  // namespace router::config
