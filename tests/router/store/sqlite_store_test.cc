// Histories and retained events over restarts, with files.
#include "router/store/sqlite_store.h"

#include <csignal>
#include <fstream>
#include <future>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "tests/router/support/realm_harness.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class Stored : public testing::Test {
 protected:
  Stored() {
    config.store.type = config::Store::Type::sqlite;
    config.store.path = folder.file("events.db");
    config.store.event_history = {{.uri = "com.t", .match = wamp::MatchPolicy::exact, .limit = 100},
                                  {.uri = "com.", .match = wamp::MatchPolicy::prefix, .limit = 3}};
    start();
  }
  void start() {
    realm.reset();
    realm = std::make_unique<RealmHarness>(config);
    publisher = &realm->join();
    request = 0;
  }
  void publish(const std::string& topic, const std::string& payload, const std::string& options = "{}") {
    publisher->says("[16," + std::to_string(++request) + "," + options + ",\"" + topic + "\"," + payload +
                    "]");
    ASSERT_FALSE(publisher->violation()) << *publisher->violation();
  }
  std::string heard(const std::string& topic, const std::string& options) {
    Peer& peer = realm->join();
    peer.says("[32,1," + options + ",\"" + topic + "\"]");
    const std::string all = peer.hears();
    return all.find('\n') == std::string::npos ? "" : all.substr(all.find('\n') + 1);
  }
  std::string replayed(const std::string& topic = "com.t") {
    return heard(topic, R"({"_replay":{"limit":1000}})");
  }
  std::string why_it_does_not_start() {
    realm.reset();
    try {
      start();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "it starts";
  }
  // With the realm closed.
  int64_t count(const std::string& table) {
    sqlite3* database = nullptr;
    sqlite3_open(config.store.path.c_str(), &database);
    int64_t found = -1;
    sqlite3_exec(
        database, ("SELECT count(*) FROM " + table).c_str(),
        [](void* to, int, char** values, char**) {
          *static_cast<int64_t*>(to) = std::stoll(values[0]);
          return 0;
        },
        &found, nullptr);
    sqlite3_close(database);
    return found;
  }

  test_support::TemporaryFolder folder;
  config::Realm config = RealmHarness::open_realm();
  std::unique_ptr<RealmHarness> realm;
  Peer* publisher = nullptr;
  int request = 0;
};

TEST_F(Stored, AHistoryIsThereAfterARestartInItsOrder) {
  publish("com.t", R"([1,2.5,"caf\u00e9",null,{"a":[]}],{"k":"\u0000AAEC"})");
  publish("com.t", R"([])");
  publish("com.t", R"([],{"n":1.0})", R"({"disclose_me":true})");
  const std::string before = replayed();
  start();
  EXPECT_EQ(replayed(), before);
  EXPECT_THAT(before, HasSubstr(R"("publisher":1001)"));
  start();
  EXPECT_EQ(replayed(), before) << "and after another one";
}

TEST_F(Stored, PublicationsKeepTheirIdsSoSubscribersGoOnWhereTheyWere) {
  publish("com.t", "[1]", R"({"acknowledge":true})");
  publish("com.t", "[2]");
  realm->realm().close();
  publisher->hears();
  const std::string id = realm->real_publication(1);
  start();
  EXPECT_EQ(heard("com.t", "{\"_replay\":{\"after_publication\":" + id + "}}"),
            "[36,1,1,{\"_replayed\":true},[2]]");
}

TEST_F(Stored, EachHistoryKeepsItsOwnNumber) {
  for (int i = 0; i < 500; ++i) publish(i % 2 ? "com.t" : "com.u", "[" + std::to_string(i) + "]");
  start();
  EXPECT_THAT(replayed(), StartsWith("[36,1,1,{\"_replayed\":true},[301]]\n"));
  EXPECT_EQ(heard("com.", R"({"match":"prefix","_replay":{}})"),
            R"([36,2,99,{"topic":"com.t","_replayed":true},[497]]
[36,2,101,{"topic":"com.u","_replayed":true},[498]]
[36,2,100,{"topic":"com.t","_replayed":true},[499]])");
}

TEST_F(Stored, TheFileDoesNotGrowForEver) {
  for (int i = 0; i < 2000; ++i) publish("com.t", "[1]");
  realm->realm().close();
  realm.reset();
  EXPECT_LE(count("event"), 100 + 3 + 2 * 65);
  EXPECT_GE(count("event"), 100 + 3);
}

TEST_F(Stored, RetainedEventsAreThereAfterARestart) {
  publish("org.a", "[1]", R"({"retain":true})");
  publish("org.a", "[2]", R"({"retain":true})");
  publish("org.b", "[3]", R"({"retain":true,"eligible_authid":["user3"],"exclude_authrole":["x"]})");
  start();
  EXPECT_EQ(heard("org.a", R"({"get_retained":true})"), R"([36,3,1,{"retained":true},[2]])");  // user2
  EXPECT_EQ(heard("org.b", R"({"get_retained":true})"), R"([36,4,2,{"retained":true},[3]])");  // user3
  EXPECT_EQ(heard("org.b", R"({"get_retained":true})"), "");                                   // user4
  EXPECT_EQ(heard("org.", R"({"match":"prefix","get_retained":true})").find("org.b"), std::string::npos);
}

TEST_F(Stored, WhatExpiresWhileTheProgramIsDownIsGone) {
  publish("org.a", "[1]", R"({"retain":true,"_retain_ttl_ms":1000})");
  publish("org.b", "[1]", R"({"retain":true,"_retain_ttl_ms":5000})");
  realm->realm().close();
  realm.reset();
  EXPECT_EQ(count("retained"), 2);
  realm = std::make_unique<RealmHarness>(config, milliseconds(2000));
  EXPECT_EQ(heard("org.a", R"({"get_retained":true})"), "");
  EXPECT_THAT(heard("org.b", R"({"get_retained":true})"), HasSubstr("retained"));
  realm->clock().advance(milliseconds(3000));
  EXPECT_EQ(heard("org.b", R"({"get_retained":true})"), "");
}

TEST_F(Stored, EventsForSessionsEndWithTheProgram) {
  publish("com.t", "[1]", R"({"retain":true,"exclude":[5]})");
  publish("com.t", "[2]", R"({"retain":true,"eligible":[1002]})");
  realm->realm().close();
  realm.reset();
  EXPECT_EQ(count("retained"), 0);
  EXPECT_EQ(count("event"), 0);
}

TEST_F(Stored, ManyAcknowledgedPublicationsAreAllAnswered) {
  for (int i = 0; i < 300; ++i) publish("com.t", "[1]", R"({"acknowledge":true})");
  realm->realm().close();
  const std::string all = publisher->hears();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 299);
  EXPECT_THAT(all, StartsWith("[17,1,"));
  EXPECT_EQ(all.find("[8,"), std::string::npos);
}

TEST_F(Stored, AHistoryThatIsNoLongerConfiguredStaysInTheFile) {
  publish("com.t", "[1]");
  const auto histories = config.store.event_history;
  config.store.event_history.clear();
  start();
  EXPECT_EQ(realm->realm().counts().subscriptions, 0u);
  config.store.event_history = {histories[1], histories[0]};
  start();
  EXPECT_EQ(heard("com.t", R"({"_replay":{}})"), R"([36,2,1,{"_replayed":true},[1]])");
}

TEST_F(Stored, WithoutADiskThePublisherIsToldAndItGoesOnAfterwards) {
  struct rlimit old {};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit none { 1, old.rlim_max };
  const auto answered = [this] {
    while (true)
      if (const std::string answer = publisher->hears(); !answer.empty()) return answer;
  };
  setrlimit(RLIMIT_FSIZE, &none);
  publish("com.t", "[1]", R"({"acknowledge":true})");
  EXPECT_THAT(answered(), StartsWith(R"([8,16,1,{},"wamp.error.unavailable",)"));
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  publish("com.t", "[2]", R"({"acknowledge":true})");
  EXPECT_THAT(answered(), StartsWith("[17,2,"));
  start();
  EXPECT_EQ(replayed(), R"([36,1,1,{"_replayed":true},[2]])");
}

TEST_F(Stored, AFileThatIsNoDatabaseIsRefused) {
  config.store.path = folder.file("text.db");
  std::ofstream(config.store.path) << std::string(5000, 'x');
  EXPECT_EQ(why_it_does_not_start(), "store " + config.store.path + ": file is not a database");
}

TEST_F(Stored, ADatabaseOfAnotherProgramIsRefused) {
  config.store.path = folder.file("other.db");
  sqlite3* database = nullptr;
  sqlite3_open(config.store.path.c_str(), &database);
  sqlite3_exec(database, "CREATE TABLE t(x)", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  EXPECT_EQ(why_it_does_not_start(),
            "store " + config.store.path + ": this is a database of another program");
}

TEST_F(Stored, AFileOfAnotherVersionIsRefused) {
  realm.reset();
  sqlite3* database = nullptr;
  sqlite3_open(config.store.path.c_str(), &database);
  sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  EXPECT_THAT(why_it_does_not_start(), HasSubstr("another version of wampd"));
}

TEST_F(Stored, ADamagedEventIsToldWithItsPlace) {
  publish("com.t", "[1]");
  realm.reset();
  for (const char* damage :
       {"UPDATE event SET message = x'93'", "UPDATE event SET message = '[16,1,{},\"com.t\",[1'",
        "UPDATE event SET message = '[32,1,{},\"com.t\"]'", "UPDATE event SET format = 'xml'",
        "UPDATE event SET publication = 0",
        "UPDATE event SET message = '[16,1,{\"eligible_authid\":5},\"com.t\"]'"}) {
    sqlite3* database = nullptr;
    sqlite3_open(config.store.path.c_str(), &database);
    sqlite3_exec(database,
                 "CREATE TABLE IF NOT EXISTS saved AS SELECT * FROM event; DELETE FROM event;"
                 "INSERT INTO event SELECT * FROM saved",
                 nullptr, nullptr, nullptr);
    sqlite3_exec(database, damage, nullptr, nullptr, nullptr);
    sqlite3_close(database);
    EXPECT_THAT(why_it_does_not_start(), HasSubstr(" of table event: ")) << damage;
  }
}

TEST_F(Stored, AFolderThatIsNotThereIsTold) {
  config.store.path = folder.file("missing/events.db");
  EXPECT_EQ(why_it_does_not_start(), "store " + config.store.path + ": unable to open database file");
}

TEST_F(Stored, AFileInUseIsRefused) {
  const auto holder = std::move(realm);
  EXPECT_EQ(why_it_does_not_start(), "store " + config.store.path + ": database is locked");
}

TEST(SqliteStoreQueue, IsBoundedWhileTheDiskIsSlow) {
  const test_support::TemporaryFolder folder;
  const ManualClock clock;
  std::promise<void> go_on;
  auto event = std::make_shared<broker::StoredEvent>();
  event->publication = wamp::PublicationId(1);
  event->topic = "com.t";
  const auto write = [&event] {
    return broker::StoreWrite{.event = event,
                              .histories = {},
                              .retained = true,
                              .cleared_topic = {},
                              .acknowledgement = broker::Acknowledgement{}};
  };
  broker::SqliteStore store(
      std::make_unique<broker::SqliteFile>(folder.file("a.db"), std::vector<config::EventHistory>()), 1,
      clock, [held = go_on.get_future().share()](const broker::Acknowledgement&, bool) { held.wait(); });
  EXPECT_TRUE(store.has_room());
  store.add(write());
  EXPECT_FALSE(store.has_room()) << "what is being written still counts";
  go_on.set_value();
  while (!store.has_room()) std::this_thread::yield();
}

}  // namespace
}  // namespace router
