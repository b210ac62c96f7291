#include "router/access/explain.h"

#include <gtest/gtest.h>

#include "router/config/file/config_file.h"

namespace router {
namespace {

using testing::HasSubstr;

const char* const text = R"({
  "realms": [
    { "name": "r1", "roles": [
      { "name": "guest", "permissions": [
        { "uri": "com.", "match": "prefix", "allow": { "call": true } },
        { "uri": "com.secret" },
        { "uri": "com..x", "match": "wildcard", "allow": { "call": true } } ] },
      { "name": "none", "permissions": [] } ] } %REALMS% ],
  "transports": [
    { "type": "websocket", "endpoint": { "type": "tcp", "port": 8080 },
      "auth": { "anonymous": { "type": "static", "role": "guest" } } } %TRANSPORTS% ] })";

std::string answer(const Question& question, const std::string& realms = "",
                   const std::string& transports = "") {
  std::string whole = text;
  whole.replace(whole.find("%REALMS%"), 8, realms);
  whole.replace(whole.find("%TRANSPORTS%"), 12, transports);
  try {
    return *explain(config::parse_config(whole, "wampd.jsonc", ""), question)
                .find("text")
                ->get<std::string>();
  } catch (const std::runtime_error& error) {
    return std::string("error: ") + error.what();
  }
}

TEST(Explain, NamesTheRuleThatDecidesAndThoseThatWouldHave) {
  EXPECT_EQ(answer({.authid = "joe", .action = "call", .uri = "com.a.x"}),
            "anyone has role \"guest\", by anonymous on 127.0.0.1:8080\n"
            "role \"guest\" of realm \"r1\" may call \"com.a.x\"\n"
            "decided by: prefix \"com.\" allows call (wampd.jsonc:5:9, $.realms[0].roles[0].permissions[0])\n"
            "less specific: wildcard \"com..x\" allows call (wampd.jsonc:7:9, "
            "$.realms[0].roles[0].permissions[2])\n");
  EXPECT_THAT(answer({.authid = "joe", .action = "call", .uri = "com.secret"}),
              HasSubstr("role \"guest\" of realm \"r1\" may not call \"com.secret\"\n"
                        "decided by: exact \"com.secret\" denies call (wampd.jsonc:6:9, "));
}

TEST(Explain, NamesTheProcedureThatIsAsked) {
  EXPECT_EQ(answer({.authid = "", .action = "call", .uri = "com.x", .realm = "r2", .role = "user"},
                   R"(, {"name": "r2", "roles": [{"name": "user", "authorizer": "com.auth"}]})"),
            "the procedure \"com.auth\" is asked whether role \"user\" of realm \"r2\" may call \"com.x\"\n");
}

TEST(Explain, TellsThatOnTheRoutersOwnOnlyRulesThatNameItDecide) {
  const std::string realms = R"(, {"name": "r2", "roles": [{"name": "user", "permissions": [
    {"uri": "", "match": "prefix", "allow": {"call": true}},
    {"uri": "wampd.stats.", "match": "prefix", "allow": {"call": true}}]}]})";
  EXPECT_EQ(answer({.action = "call", .uri = "wampd.log.level", .realm = "r2", .role = "user"}, realms),
            "role \"user\" of realm \"r2\" may not call \"wampd.log.level\"\n"
            "no rule that itself begins with \"wampd.\" matches, and what no rule allows is denied\n");
  EXPECT_EQ(answer({.action = "call", .uri = "wampd.stats.realm", .realm = "r2", .role = "user"}, realms),
            "role \"user\" of realm \"r2\" may call \"wampd.stats.realm\"\n"
            "decided by: prefix \"wampd.stats.\" allows call (wampd.jsonc:10:5, "
            "$.realms[1].roles[0].permissions[1])\n");
}

TEST(Explain, SaysThatNoRuleMatches) {
  EXPECT_THAT(answer({.authid = "joe", .action = "publish", .uri = "org.x"}),
              HasSubstr("may not publish \"org.x\"\nno rule matches, and what no rule allows is denied\n"));
  EXPECT_EQ(answer({.authid = "", .action = "call", .uri = "com.x", .role = "none"}),
            "role \"none\" of realm \"r1\" may not call \"com.x\"\n"
            "no rule matches, and what no rule allows is denied\n");
}

TEST(Explain, SaysWhatNobodyMay) {
  EXPECT_EQ(answer({.authid = "joe", .action = "register", .uri = "wamp.x"}),
            "nobody may register \"wamp.x\": URIs that begin with \"wamp.\" or \"wampd.\" are reserved\n");
  EXPECT_EQ(answer({.authid = "joe", .action = "call", .uri = "com..x"}),
            "nobody may call \"com..x\": that is not a valid URI in this realm\n");
  EXPECT_THAT(answer({.authid = "joe", .action = "call", .uri = std::string(5000, 'x')}),
              HasSubstr("URIs of at most 4096 bytes are allowed"));
  EXPECT_EQ(answer({.authid = "joe", .action = "call", .uri = "com.", .match = wamp::MatchPolicy::prefix}),
            "nobody may call prefix \"com.\": only REGISTER and SUBSCRIBE have a match policy\n");
}

TEST(Explain, KnowsThatARealmHasNoMetaApi) {
  EXPECT_EQ(
      answer({.authid = "", .action = "call", .uri = "wamp.session.count", .realm = "r2", .role = "user"},
             R"(, {"name": "r2", "options": {"enable_meta_api": false}, "roles": [{"name": "user",
                      "permissions": [{"uri": "*", "allow": {"call": true}}]}]})"),
      "nobody may call \"wamp.session.count\": \"enable_meta_api\" is false, so the realm has none of "
      "the router's procedures\n");
}

TEST(Explain, NamesTheRuleThatForbidsAPartOfAPattern) {
  const std::string realms = R"(, {"name": "r2", "roles": [{"name": "user", "permissions": [
    {"uri": "com.", "match": "prefix", "allow": {"register": true}}, {"uri": "com.admin.", "match": "prefix"}]}]})";
  Question question{.action = "register",
                    .uri = "com.ad",
                    .match = wamp::MatchPolicy::prefix,
                    .realm = "r2",
                    .role = "user"};
  EXPECT_EQ(answer(question, realms),
            "role \"user\" of realm \"r2\" may not register prefix \"com.ad\"\n"
            "because of \"com.admin.#\", where # is any text that no rule has\n"
            "decided by: prefix \"com.admin.\" denies register (wampd.jsonc:9:70, "
            "$.realms[1].roles[0].permissions[1])\n"
            "less specific: prefix \"com.\" allows register (wampd.jsonc:9:5, "
            "$.realms[1].roles[0].permissions[0])\n");
  question.uri = "com.users.";
  EXPECT_EQ(
      answer(question, realms),
      "role \"user\" of realm \"r2\" may register prefix \"com.users.\"\n"
      "decided by: prefix \"com.\" allows register (wampd.jsonc:9:5, $.realms[1].roles[0].permissions[0])\n");
  question.uri = "co";
  EXPECT_EQ(answer(question, realms),
            "role \"user\" of realm \"r2\" may not register prefix \"co\"\n"
            "because of \"co#\", where # is any text that no rule has\n"
            "no rule matches, and what no rule allows is denied\n");
}

TEST(Explain, RefusesQuestionsThatAreNone) {
  EXPECT_EQ(answer({.authid = "joe", .action = "cal", .uri = "com.x"}),
            "error: expected call, register, publish or subscribe, found \"cal\"");
  EXPECT_EQ(answer({.authid = "joe", .action = "call", .uri = "com.x", .realm = "r2"}),
            "error: there is no realm \"r2\", only \"r1\"");
  EXPECT_EQ(answer({.authid = "joe", .action = "call", .uri = "com.x", .role = "gest"}),
            "error: there is no role \"gest\", only \"guest\" or \"none\"");
}

TEST(Explain, FindsTheTemplateOfARealm) {
  EXPECT_THAT(answer({.authid = "joe", .action = "call", .uri = "com.x", .realm = "t-5", .role = "x"},
                     R"(, {"name": "t-*", "roles": [{"name": "x", "permissions": []}]})"),
              HasSubstr("role \"x\" of realm \"t-*\" may not call"));
}

TEST(Explain, AsksBackWhenThereAreSeveral) {
  EXPECT_EQ(answer({.authid = "joe", .action = "call", .uri = "com.x"},
                   R"(, {"name": "r2", "roles": [{"name": "x", "permissions": []}]})"),
            "error: say with --realm which realm: \"r1\" or \"r2\"");
  EXPECT_EQ(answer({.authid = "joe", .action = "call", .uri = "com.x"}, "",
                   R"(, {"type": "websocket", "endpoint": {"type": "tcp", "port": 8081},
                         "auth": {"anonymous": {"type": "static", "role": "none"}}})"),
            "error: anyone has role \"guest\", by anonymous on 127.0.0.1:8080\n"
            "anyone has role \"none\", by anonymous on 127.0.0.1:8081\n"
            "\"joe\" may have several roles; say with --role which: \"guest\" or \"none\"");
}

TEST(Explain, FindsTheRoleOfAPrincipal) {
  const std::string transport = R"(, {"type": "websocket", "endpoint": {"type": "tcp", "port": 8081},
      "auth": {"ticket": {"type": "static", "principals": {"joe": {"ticket": "hidden", "role": "none"}}},
               "wampcra": {"type": "dynamic", "authenticator": "com.auth"}}})";
  const std::string text = answer({.authid = "joe", .action = "call", .uri = "com.x"}, "", transport);
  EXPECT_THAT(text, HasSubstr("\"joe\" has role \"none\", by ticket on 127.0.0.1:8081\n"
                              "role \"none\" of realm \"r1\" may not call"));
  EXPECT_THAT(text, testing::Not(HasSubstr("hidden")));
  EXPECT_THAT(answer({.authid = "ann", .action = "call", .uri = "com.x"}, "", transport),
              HasSubstr("procedure \"com.auth\" decides on the role, by wampcra on 127.0.0.1:8081\n"
                        "role \"guest\" of realm \"r1\" may call"));
}

}  // namespace
}  // namespace router
