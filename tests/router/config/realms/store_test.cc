// The "store" of a realm.
#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using wamp::MatchPolicy;

std::string with_store(const std::string& store, const std::string& more = "") {
  return with_realms(R"([{"name": "realm1", "roles": [{"name": "a", "permissions": []}], "store": )" + store +
                     more + "}]");
}

Store store_of(const std::string& text) {
  return parse(with_store(text)).realms.at(0).store;
}

TEST(Stores, AreInMemoryAndEmptyByDefault) {
  const Store store = parse(with_realms(some_realms)).realms.at(0).store;
  EXPECT_EQ(store.type, Store::Type::memory);
  EXPECT_TRUE(store.event_history.empty());
}

TEST(Stores, AreReadAsCrossbarWritesThem) {
  const Store store = store_of(R"({"type": "memory", "limit": 50, "event-history": [
      {"uri": "com.a"}, {"uri": "com.b", "match": "exact", "limit": 1000},
      {"uri": "com.", "match": "prefix"}, {"uri": "com..x", "match": "wildcard", "limit": 1}]})");
  ASSERT_EQ(store.event_history.size(), 4u);
  EXPECT_EQ(store.event_history[0].uri, "com.a");
  EXPECT_EQ(store.event_history[0].match, MatchPolicy::exact);
  EXPECT_EQ(store.event_history[0].limit, 50u);
  EXPECT_EQ(store.event_history[1].limit, 1000u);
  EXPECT_EQ(store.event_history[2].match, MatchPolicy::prefix);
  EXPECT_EQ(store.event_history[3].match, MatchPolicy::wildcard);
  EXPECT_EQ(store_of(R"({"type": "memory", "event-history": [{"uri": "com.a"}]})").event_history[0].limit,
            100u);
}

TEST(Stores, OfTypeSqliteHaveAFileBesideTheConfiguration) {
  const Store store =
      store_of(R"({"type": "sqlite", "path": "data/../events.db", "max_waiting_bytes": 1000})");
  EXPECT_EQ(store.type, Store::Type::sqlite);
  EXPECT_EQ(store.path, "/etc/wampd/events.db");
  EXPECT_EQ(store.max_waiting_bytes, 1000u);
  EXPECT_EQ(store_of(R"({"type": "sqlite", "path": "/var/lib/wampd/e.db"})").path, "/var/lib/wampd/e.db");
}

TEST(Stores, AreRefusedWithTheirPlace) {
  const auto refused = [](const std::string& store) { return error_of(with_store(store)); };
  EXPECT_THAT(refused("{}"), HasSubstr("$.realms[0].store: the key \"type\" is missing"));
  EXPECT_THAT(refused(R"({"type": "cfxdb"})"), HasSubstr("\"cfxdb\" is not supported yet"));
  EXPECT_THAT(refused(R"({"type": "file"})"), HasSubstr("$.realms[0].store.type: "));
  EXPECT_THAT(refused(R"({"type": "sqlite"})"), HasSubstr("the key \"path\" is missing"));
  EXPECT_THAT(refused(R"({"type": "sqlite", "path": ""})"), HasSubstr("store.path"));
  EXPECT_THAT(refused(R"({"type": "memory", "path": "x"})"),
              HasSubstr("only a store of type \"sqlite\" has a \"path\""));
  EXPECT_THAT(refused(R"({"type": "memory", "call-queue": []})"),
              HasSubstr("\"call-queue\" is not supported yet"));
  EXPECT_THAT(refused(R"({"type": "memory", "event-history": [{"uri": "com..a"}]})"),
              HasSubstr("not a valid URI"));
  EXPECT_THAT(refused(R"({"type": "memory", "event-history": [{"match": "exact"}]})"),
              HasSubstr("the key \"uri\" is missing"));
  EXPECT_THAT(refused(R"({"type": "memory", "event-history": [{"uri": "com.a", "limit": 0}]})"),
              HasSubstr(".limit"));
  EXPECT_THAT(
      refused(R"({"type": "memory", "event-history": [{"uri": "com.a"}, {"uri": "com.a", "limit": 5}]})"),
      HasSubstr("a second history of \"com.a\" with match policy \"exact\""));
}

TEST(Stores, OfTwoRealmsAreTwoFiles) {
  const std::string one =
      R"({"name": "a", "roles": [{"name": "x", "permissions": []}], "store": {"type": "sqlite", "path": "e.db"}})";
  const std::string two =
      R"({"name": "b", "roles": [{"name": "x", "permissions": []}], "store": {"type": "sqlite", "path": "./e.db"}})";
  EXPECT_THAT(error_of(with_realms("[" + one + "," + two + "]")),
              HasSubstr("another realm has the same file"));
}

TEST(Stores, HaveLimits) {
  const RealmLimits limits = parse(with_store(R"({"type": "memory"})", R"(, "limits": {"retained_events": 1,
      "retained_bytes": 2, "retained_ttl_ms": 3, "history_bytes": 4, "replay_events": 5, "replay_bytes": 6})"))
                                 .realms.at(0)
                                 .limits;
  EXPECT_EQ(limits.retained_events, 1u);
  EXPECT_EQ(limits.retained_bytes, 2u);
  EXPECT_EQ(limits.retained_ttl_ms, 3u);
  EXPECT_EQ(limits.history_bytes, 4u);
  EXPECT_EQ(limits.replay_events, 5u);
  EXPECT_EQ(limits.replay_bytes, 6u);
}

}  // namespace
}  // namespace router::config::test
