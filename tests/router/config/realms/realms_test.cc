#include "router/config/limits.h"
#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using wamp::MatchPolicy;

Permission permission_of(const std::string& text) {
  return parse(with_permission(text)).realms.at(0).roles.at(0).permissions.at(0);
}

TEST(Realms, FillsEveryField) {
  const Config config = parse(with_realms(R"([
    {"name": "com.myapp", "uri_check": "strict", "request_ids": "sequential",
     "limits": {"sessions": 1, "subscriptions_per_session": 2, "registrations_per_session": 3,
                "calls_in_flight_per_session": 4, "uri_length": 5},
     "roles": [{"name": "a", "permissions": []},
               {"name": "b", "permissions": [{"uri": "x.y"}, {"uri": "x.z"}]}]},
    {"name": "realm2", "roles": [{"name": "anonymous", "permissions": []}]}])"));
  ASSERT_EQ(config.realms.size(), 2u);
  const Realm& realm = config.realms[0];
  EXPECT_EQ(realm.name, "com.myapp");
  EXPECT_EQ(realm.uri_check, wamp::UriRule::strict);
  EXPECT_TRUE(realm.sequential_request_ids);
  EXPECT_EQ(realm.limits.sessions, 1u);
  EXPECT_EQ(realm.limits.subscriptions_per_session, 2u);
  EXPECT_EQ(realm.limits.registrations_per_session, 3u);
  EXPECT_EQ(realm.limits.calls_in_flight_per_session, 4u);
  EXPECT_EQ(realm.limits.uri_length, 5u);
  ASSERT_EQ(realm.roles.size(), 2u);
  EXPECT_EQ(realm.roles[0].name, "a");
  EXPECT_EQ(realm.roles[1].permissions.at(1).uri, "x.z");
  EXPECT_EQ(config.realms[1].name, "realm2");
}

TEST(Realms, HasTheDefaultsOfTheStructs) {
  const Realm realm = parse(with_realms(some_realms)).realms.at(0);
  const RealmLimits limits;
  EXPECT_EQ(realm.uri_check, wamp::UriRule::loose);
  EXPECT_FALSE(realm.sequential_request_ids);
  EXPECT_EQ(realm.limits.sessions, limits.sessions);
  EXPECT_EQ(realm.limits.uri_length, limits.uri_length);
}

TEST(Realms, GivesRolesLimitsAndPoliciesForSlowConsumers) {
  const Realm realm = parse(with_realms(R"([{"name": "r", "limits": {"uri_length": 7, "uri_components": 8},
    "roles": [{"name": "a", "slow_consumer": "conflate", "limits": {"uri_length": 5, "messages_per_second": 6},
               "permissions": [{"uri": "x", "slow_consumer": "drop_oldest"}, {"uri": "y"}]},
              {"name": "b", "permissions": []}]}])"))
                          .realms.at(0);
  const Role& role = realm.roles.at(0);
  EXPECT_EQ(role.slow_consumer, SlowConsumer::conflate);
  EXPECT_EQ(role.permissions.at(0).slow_consumer, SlowConsumer::drop_oldest);
  EXPECT_EQ(role.permissions.at(1).slow_consumer, std::nullopt);
  EXPECT_EQ(realm.roles.at(1).slow_consumer, SlowConsumer::disconnect);
  const SessionLimits limits = limits_of(role, realm.limits);
  EXPECT_EQ(limits.uri_length, 5u);
  EXPECT_EQ(limits.messages_per_second, 6u);
  EXPECT_EQ(limits.uri_components, 8u);
  EXPECT_EQ(limits_of(realm.roles.at(1), realm.limits).uri_length, 7u);
}

TEST(Realms, RefusesLimitsThatARoleCannotHave) {
  const auto role = [](const std::string& more) {
    return error_of(
        with_realms(R"([{"name": "r", "limits": {"call_timeout_ms": 9}, "roles": [{"name": "a", )" + more +
                    R"(, "permissions": []}]}])"));
  };
  EXPECT_THAT(role(R"("limits": {"sessions": 5})"), HasSubstr("unknown key \"sessions\""));
  EXPECT_THAT(role(R"("limits": {"uri_length": 0})"), HasSubstr("limits.uri_length"));
  EXPECT_THAT(role(R"("limits": {"max_call_timeout_ms": 8})"), HasSubstr("shorter than \"call_timeout_ms\""));
  EXPECT_THAT(role(R"("slow_consumer": "drop")"), HasSubstr("drop_oldest"));
}

TEST(Realms, AllowsExactlyWhatIsNamed) {
  const auto allowed = [](const std::string& text) {
    const Permission p = permission_of(text);
    return std::string() + (p.call ? "c" : "") + (p.register_ ? "r" : "") + (p.publish ? "p" : "") +
           (p.subscribe ? "s" : "") + (p.disclose_caller ? "C" : "") + (p.disclose_publisher ? "P" : "");
  };
  EXPECT_EQ(allowed(R"({"uri": "a"})"), "");
  EXPECT_EQ(allowed(R"({"uri": "a", "allow": {"call": true}})"), "c");
  EXPECT_EQ(allowed(R"({"uri": "a", "allow": {"register": true}})"), "r");
  EXPECT_EQ(allowed(R"({"uri": "a", "allow": {"publish": true}})"), "p");
  EXPECT_EQ(allowed(R"({"uri": "a", "allow": {"subscribe": true, "call": false}})"), "s");
  EXPECT_EQ(allowed(R"({"uri": "a", "disclose": {"caller": true}, "cache": true})"), "C");
  EXPECT_EQ(allowed(R"({"uri": "a", "disclose": {"publisher": true}})"), "P");
}

TEST(Realms, ForceReregisterIsAPermissionOfItsOwnButInCrossbarsFiles) {
  EXPECT_FALSE(permission_of(R"({"uri": "a", "allow": {"register": true}})").force_reregister);
  EXPECT_TRUE(permission_of(R"({"uri": "a", "allow": {"force_reregister": true}})").force_reregister);
  const std::string crossbar =
      R"({"version": 2, "workers": [{"type": "router", "realms": [{"name": "r", "roles": [
      {"name": "anonymous", "permissions": [{"uri": "a", "allow": {"register": true}}, {"uri": "b"}]}]}],
    "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1}}]}]})";
  const auto permissions = parse(crossbar).realms.at(0).roles.at(0).permissions;
  EXPECT_TRUE(permissions.at(0).force_reregister);
  EXPECT_FALSE(permissions.at(1).force_reregister);
}

TEST(Realms, ToTapIsAPermissionOfItsOwn) {
  EXPECT_FALSE(permission_of(R"({"uri": "x", "allow": {"call": true}})").tap);
  const Permission both = permission_of(R"({"uri": "x", "allow": {"tap": true, "tap_payload": true}})");
  EXPECT_TRUE(both.tap && both.tap_payload);
  EXPECT_FALSE(both.call);
}

TEST(Realms, WhatASlowCallIsIsSaidOfTheRealmAndOfARule) {
  const Realm realm =
      parse(with_realms(R"([{"name": "r", "slow_call_ms": 500, "roles": [{"name": "a", "permissions": [
      {"uri": "x", "slow_call_ms": 0}, {"uri": "y"}]}]}])"))
          .realms.at(0);
  EXPECT_EQ(realm.limits.slow_call_ms, 500u);
  EXPECT_EQ(realm.roles.at(0).permissions.at(0).slow_call_ms, 0u);
  EXPECT_EQ(realm.roles.at(0).permissions.at(1).slow_call_ms, std::nullopt);
}

TEST(Realms, ATrustlevelIsAWholeNumberOrAbsent) {
  EXPECT_EQ(permission_of(R"({"uri": "a"})").trustlevel, std::nullopt);
  EXPECT_EQ(permission_of(R"({"uri": "a", "trustlevel": 0})").trustlevel, 0u);
  EXPECT_EQ(permission_of(R"({"uri": "a", "trustlevel": 7})").trustlevel, 7u);
}

TEST(Realms, UnderstandsMatchPolicies) {
  EXPECT_EQ(permission_of(R"({"uri": "a.b"})").match, MatchPolicy::exact);
  EXPECT_EQ(permission_of(R"({"uri": "a.b", "match": "exact"})").match, MatchPolicy::exact);
  EXPECT_EQ(permission_of(R"({"uri": "", "match": "prefix"})").match, MatchPolicy::prefix);
  EXPECT_EQ(permission_of(R"({"uri": "a..b", "match": "wildcard"})").match, MatchPolicy::wildcard);
}

TEST(Realms, UnderstandsCrossbarsStars) {
  const auto starred = [](const std::string& uri) {
    const Permission p = permission_of(R"({"uri": ")" + uri + "\"}");
    return p.uri + " " + std::string(wamp::name(p.match));
  };
  EXPECT_EQ(starred("*"), " prefix");
  EXPECT_EQ(starred("com.myapp.*"), "com.myapp. prefix");
  EXPECT_EQ(starred("com.my*"), "com.my prefix");
  EXPECT_EQ(starred("com.*.create"), "com..create wildcard");
  EXPECT_EQ(starred("*.create"), ".create wildcard");
  EXPECT_EQ(starred("com.*.foobar.*"), "com..foobar. wildcard");
}

TEST(Realms, RefusesStarsThatMeanNothing) {
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a.*", "match": "prefix"})")),
              HasSubstr("permissions[0].uri: a '*' has no meaning beside \"match\""));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a.b*.c"})")), HasSubstr("stands for a whole component"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a.*b.c"})")), HasSubstr("stands for a whole component"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "**"})")), HasSubstr("stands for a whole component"));
}

TEST(Realms, RefusesUrisThatTheRealmsRuleForbids) {
  EXPECT_EQ(error_of(with_permission(R"({"uri": "A.b"})")), "accepted");
  EXPECT_THAT(error_of(with_permission(R"({"uri": "A.b"})", "strict")),
              EndsWith("at $.realms[0].roles[0].permissions[0].uri: \"A.b\" is not a valid URI for match "
                       "policy \"exact\" and the strict rule"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a b"})")), HasSubstr("not a valid URI"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a..b"})")), HasSubstr("not a valid URI"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": ""})")), HasSubstr("not a valid URI"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a..", "match": "prefix"})")),
              HasSubstr("not a valid URI"));
}

TEST(Realms, RefusesRealmNamesThatAreNoUris) {
  for (const std::string name : {"", "a b", "a..b", "a.", "a#b"})
    EXPECT_THAT(error_of(with_realms(R"([{"name": ")" + name + R"(", "roles": []}])")),
                HasSubstr("at $.realms[0].name: \"" + name + "\" is not a valid URI"));
}

TEST(Realms, RefusesDuplicates) {
  const std::string roles = R"("roles": [{"name": "anonymous", "permissions": []}])";
  EXPECT_THAT(error_of(with_realms("[{\"name\": \"r\", " + roles + "}, {\"name\": \"r\", " + roles + "}]")),
              HasSubstr("at $.realms[1].name: a second realm \"r\""));
  EXPECT_THAT(error_of(with_realms(R"([{"name": "r", "roles": [{"name": "a", "permissions": []},
                                                               {"name": "a", "permissions": []}]}])")),
              HasSubstr("at $.realms[0].roles[1].name: a second role \"a\" in this realm"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a.*"}, {"uri": "a."}, {"uri": "a.", "match": "prefix"})",
                                       "loose")),
              HasSubstr("permissions[1].uri: \"a.\" is not a valid URI"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a.*"}, {"uri": "a.", "match": "prefix"})")),
              HasSubstr("permissions[1].uri: a second rule for \"a.\" with match policy \"prefix\""));
  EXPECT_EQ(error_of(with_permission(R"({"uri": "a"}, {"uri": "a", "match": "prefix"})")), "accepted");
}

Role role_of(const std::string& text) {
  return parse(with_realms(R"([{"name": "r", "roles": [{"name": "a", )" + text + "}]}]"))
      .realms.at(0)
      .roles.at(0);
}

TEST(Realms, ARoleMayHaveAnAuthorizer) {
  const Role usual = role_of(R"("authorizer": "com.auth")");
  ASSERT_TRUE(usual.authorizer);
  EXPECT_EQ(usual.authorizer->procedure, "com.auth");
  EXPECT_EQ(usual.authorizer->timeout_ms, 5000u);
  EXPECT_EQ(usual.authorizer->cache_by, DynamicAuthorizer::CacheBy::session);
  EXPECT_FALSE(usual.authorizer->force_reregister);
  const Role role =
      role_of(R"("authorizer": "com.auth", "authorizer_options": {"timeout_ms": 1, "cache_by": "role",
      "cache_ttl_ms": 2, "max_cached_bytes": 3, "max_held_requests": 4, "max_held_bytes": 5, "force_reregister": true})");
  EXPECT_EQ(role.authorizer->timeout_ms, 1u);
  EXPECT_EQ(role.authorizer->cache_by, DynamicAuthorizer::CacheBy::role);
  EXPECT_EQ(role.authorizer->cache_ttl_ms, 2u);
  EXPECT_EQ(role.authorizer->max_cached_bytes, 3u);
  EXPECT_EQ(role.authorizer->max_held_requests, 4u);
  EXPECT_EQ(role.authorizer->max_held_bytes, 5u);
  EXPECT_TRUE(role.authorizer->force_reregister);
}

TEST(Realms, ARoleHasEitherRulesOrAnAuthorizer) {
  const auto error = [](const std::string& text) {
    return error_of(with_realms(R"([{"name": "r", "roles": [{"name": "a", )" + text + "}]}]"));
  };
  EXPECT_THAT(error(R"("authorizer": "com.auth", "permissions": [])"),
              EndsWith("roles[0].permissions: a role has either \"permissions\" or an \"authorizer\""));
  EXPECT_THAT(error(R"("permissions": [], "authorizer_options": {})"),
              EndsWith("roles[0].authorizer_options: the role has no \"authorizer\""));
  for (const std::string uri : {"", "com..auth", "wamp.session.count", "a b"})
    EXPECT_THAT(error("\"authorizer\": \"" + uri + "\""), EndsWith("is not the URI of a procedure")) << uri;
  EXPECT_THAT(error(R"("authorizer": "com.auth", "authorizer_options": {"cache_by": "realm"})"),
              HasSubstr("authorizer_options.cache_by: expected"));
  EXPECT_THAT(error(R"("authorizer": "com.auth", "authorizer_options": {"timeout_ms": 0})"),
              HasSubstr("authorizer_options.timeout_ms: expected"));
  EXPECT_THAT(error(R"("authorizer": "com.auth", "authorizer_options": {"timout_ms": 1})"),
              HasSubstr("unknown key \"timout_ms\"; did you mean \"timeout_ms\"?"));
}

TEST(Realms, TellsUnknownKeysFromUnsupportedOnes) {
  EXPECT_EQ(
      error_of("{\"realms\": [{\"name\": \"r\", \"roles\": [\n  {\"name\": \"a\",\n      \"permisions\": "
               "[]}]}], \"transports\": " +
               some_transports + "}"),
      "wampd.jsonc:3:7: at $.realms[0].roles[0]: unknown key \"permisions\"; did you mean "
      "\"permissions\"?");
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a", "allow": {"subscribes": true}})")),
              EndsWith("permissions[0].allow: unknown key \"subscribes\"; did you mean \"subscribe\"?"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a", "validate": {}})")),
              EndsWith("\"validate\" is not supported yet"));
}

TEST(Realms, RefusesWhatIsMissingOrEmpty) {
  EXPECT_THAT(error_of(with_realms("[]")), EndsWith("at $.realms: must not be empty"));
  EXPECT_THAT(error_of(with_realms(R"([{"roles": [{"name": "a", "permissions": []}]}])")),
              EndsWith("at $.realms[0]: the key \"name\" is missing"));
  EXPECT_THAT(error_of(with_realms(R"([{"name": "r"}])")), EndsWith("the key \"roles\" is missing"));
  EXPECT_THAT(error_of(with_realms(R"([{"name": "r", "roles": []}])")),
              EndsWith("at $.realms[0].roles: must not be empty"));
  EXPECT_THAT(error_of(with_realms(R"([{"name": "r", "roles": [{"name": "", "permissions": []}]}])")),
              EndsWith("roles[0].name: must not be empty"));
  EXPECT_THAT(error_of(with_realms(R"([{"name": "r", "roles": [{"name": "a"}]}])")),
              EndsWith("the key \"permissions\" is missing"));
  EXPECT_THAT(error_of(with_permission("{}")), EndsWith("the key \"uri\" is missing"));
}

TEST(Realms, RefusesWrongTypesAndWords) {
  EXPECT_THAT(error_of(with_realms("{}")), EndsWith("at $.realms: expected a list, found an object"));
  EXPECT_THAT(error_of(with_realms("[7]")), EndsWith("at $.realms[0]: expected an object, found a number"));
  EXPECT_THAT(error_of(with_realms(R"([{"name": true, "roles": [{"name": "a", "permissions": []}]}])")),
              EndsWith("name: expected a string, found true or false"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a", "allow": {"call": 1}})")),
              EndsWith("allow.call: expected true or false, found a number"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a", "cache": null})")),
              EndsWith("cache: expected true or false, found null"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a", "match": "prefx"})")),
              EndsWith("match: expected \"exact\", \"prefix\" or \"wildcard\", found \"prefx\"; did you mean "
                       "\"prefix\"?"));
  EXPECT_THAT(error_of(with_permission(R"({"uri": "a"})", "lose")), HasSubstr("did you mean \"loose\"?"));
}

TEST(Realms, RefusesLimitsOutOfRange) {
  const auto limits = [](const std::string& text) {
    return error_of(with_realms(R"([{"name": "r", "limits": {)" + text +
                                R"(}, "roles": [{"name": "a", "permissions": []}]}])"));
  };
  EXPECT_EQ(limits(R"("sessions": 4294967295)"), "accepted");
  for (const std::string number : {"0", "-1", "4294967296", "99999999999999999999999", "1.5", "1e3", "\"1\""})
    EXPECT_THAT(limits(R"("sessions": )" + number), HasSubstr("at $.realms[0].limits.sessions: expected"));
  EXPECT_THAT(limits(R"("sessions": 0)"), EndsWith("expected a whole number from 1 to 4294967295"));
  EXPECT_THAT(limits(R"("uri_length": 65536)"), EndsWith("expected a whole number from 1 to 65535"));
  EXPECT_EQ(limits(R"("call_timeout_ms": 10, "max_call_timeout_ms": 10, "probe_timeout_ms": 0,
                      "waiting_calls_per_registration": 0, "testaments_per_session": 0)"),
            "accepted");
  EXPECT_THAT(limits(R"("call_timeout_ms": 11, "max_call_timeout_ms": 10)"),
              EndsWith("limits.call_timeout_ms: longer than \"max_call_timeout_ms\""));
  EXPECT_THAT(limits(R"("sesions": 1)"), EndsWith("did you mean \"sessions\"?"));
}

TEST(Realms, TakesTheUriCheckFromCrossbarsOptions) {
  const auto realm = [](const std::string& members) {
    return with_realms(R"([{"name": "r", "roles": [{"name": "a", "permissions": []}], )" + members + "}]");
  };
  const Config config =
      parse(realm(R"("options": {"uri_check": "strict", "event_dispatching_chunk_size": 100})"));
  EXPECT_EQ(config.realms.at(0).uri_check, wamp::UriRule::strict);
  EXPECT_THAT(
      notices_of(config),
      testing::Contains(EndsWith("at $.realms[0].options: \"event_dispatching_chunk_size\" has no effect")));
  EXPECT_THAT(error_of(realm(R"("uri_check": "loose", "options": {"uri_check": "strict"})")),
              EndsWith("options.uri_check: \"uri_check\" is already given in the realm itself"));
}

TEST(Realms, TakesFromCrossbarsOptionsThatThereIsNoMetaApi) {
  const auto realm = [](const std::string& options) {
    return with_realms(R"([{"name": "r", "roles": [{"name": "anonymous", "permissions": []}], "options": )" +
                       options + "}]");
  };
  EXPECT_TRUE(parse(realm("{}")).realms.at(0).meta_api);
  EXPECT_TRUE(parse(realm(R"({"enable_meta_api": true})")).realms.at(0).meta_api);
  const Config config = parse(realm(R"({"enable_meta_api": false})"));
  EXPECT_FALSE(config.realms.at(0).meta_api);
  EXPECT_THAT(notices_of(config), testing::IsEmpty());
}

TEST(Realms, RemembersWhereEachRuleStands) {
  const Config config = parse(with_permission("\n  {\"uri\": \"a\"}, {\"uri\": \"b\"}"));
  const auto& permissions = config.realms.at(0).roles.at(0).permissions;
  EXPECT_EQ(permissions.at(0).place, "wampd.jsonc:2:3, $.realms[0].roles[0].permissions[0]");
  EXPECT_EQ(permissions.at(1).place, "wampd.jsonc:2:17, $.realms[0].roles[0].permissions[1]");
}

TEST(RealmTemplates, AreRealmsWithAStarInTheirName) {
  const auto realm = [](const std::string& members) {
    return with_realms(R"([{"roles": [{"name": "a", "permissions": []}], )" + members + "}]");
  };
  const Realm made =
      parse(realm(R"("name": "tenant-*", "max_realms": 5, "idle_ms": 0, "kept_ms": 7)")).realms.at(0);
  EXPECT_TRUE(made.is_template());
  EXPECT_EQ(made.made_on_demand.max_realms, 5u);
  EXPECT_EQ(made.made_on_demand.idle_ms, 0u);
  EXPECT_EQ(made.made_on_demand.kept_ms, 7u);
  EXPECT_FALSE(parse(realm(R"("name": "tenant")")).realms.at(0).is_template());
  EXPECT_THAT(error_of(realm(R"("name": "tenant", "max_realms": 5)")),
              EndsWith("max_realms: only a template, a realm with a '*' in its name, has a \"max_realms\""));
  EXPECT_THAT(error_of(realm(R"("name": "*", "max_realms": 0)")), EndsWith("from 1 to 1000000"));
}

TEST(RealmTemplates, HaveAFileForEachRealm) {
  const auto store = [](const std::string& path) {
    return with_realms(R"([{"name": "t-*", "roles": [{"name": "a", "permissions": []}],
                            "store": {"type": "sqlite", "path": ")" +
                       path + "\"}}]");
  };
  EXPECT_EQ(error_of(store("{realm}.db")), "accepted");
  EXPECT_THAT(error_of(store("all.db")),
              HasSubstr("store.path: the path in a template must have a \"{realm}\""));
}

TEST(RealmTemplates, AreRefusedInCrossbarsFiles) {
  EXPECT_THAT(error_of(R"({"version": 2, "workers": [{"type": "router", "realms": [{"name": "t-*"}]}]})"),
              HasSubstr("a name with a '*' would be a template"));
}

}  // namespace
}  // namespace router::config::test
