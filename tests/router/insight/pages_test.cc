// The pages of sessions and procedures, filled piece by piece while the realm goes on.
#include <map>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/insight/sessions_page.h"
#include "router/insight/uris_page.h"
#include "serializers/json/json_writer.h"
#include "tests/router/support/realm_harness.h"

namespace router::insight {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

template <class Page>
class Filled {
 public:
  Filled(RealmHarness& realm, PageRequest request) : realm_(realm), page_(request, true, {}) {
    page_.begin(realm.realm().insight());
    realm.realm().inspect([this](const RealmState& state) { return page_.collect_some(state); },
                          [this] { page_.end_slice(); });
    page_.choose();
  }
  // The list as JSON.
  std::string text() {
    realm_.realm().inspect(
        [this](const RealmState& state) { return page_.look_up_some(realm_.realm().insight(), state); },
        nullptr);
    std::string text;
    serializers::JsonWriter writer(text);
    page_.send(writer, realm_.clock().wall_time());
    return text;
  }
  const Page& operator*() const { return page_; }

 private:
  RealmHarness& realm_;
  Page page_;
};

std::string of_session(const Peer& peer) {
  return "\"cid\":" + std::to_string(peer.id()) + ",";
}

// What its session would tell.
SessionNumbers& numbers_of(RealmHarness& realm, const Peer& peer) {
  SessionNumbers* numbers = nullptr;
  realm.realm().inspect(
      [&](const RealmState& state) {
        numbers = state.members.find(wamp::SessionId(peer.id()))->numbers.get();
        return false;
      },
      nullptr);
  return *numbers;
}

TEST(SessionsPage, TellsEachSessionInTheOrderOfItsFields) {
  RealmHarness realm;
  const Peer& peer = realm.join();
  Filled<SessionsPage> page(realm, {.order = "cid", .limit = 10});
  EXPECT_THAT(page.text(), StartsWith("[{\"realm\":\"realm1\"," + of_session(peer) + "\"authid\":"));
  EXPECT_THAT(page.text(), HasSubstr(R"("rate":0.0,"calls":0,"errors":0,"events":0,"bytes":0,)"
                                     R"("pending_bytes":0,"lost":0,"subscriptions":0,"registrations":0}])"));
}

// Of each order a session that has most of it, and little of all others.
TEST(SessionsPage, IsOrderedByEachOfItsWords) {
  using Set = void (*)(SessionNumbers&);
  const std::map<std::string_view, Set> most_of = {
      {"rate", [](SessionNumbers& numbers) { numbers.rate.set(9); }},
      {"errors", [](SessionNumbers& numbers) { numbers.errors.set(9); }},
      {"bytes",
       [](SessionNumbers& numbers) {
         numbers.in_bytes.set(8);
         numbers.out_bytes.set(8);
       }},
      {"queued", [](SessionNumbers& numbers) { numbers.queued.set(9); }},
      {"pending", [](SessionNumbers& numbers) { numbers.queued.set(9); }},
      {"lost", [](SessionNumbers& numbers) { numbers.lost.set(9); }},
      {"msgs_to", [](SessionNumbers& numbers) { numbers.out_msgs.set(9); }},
      {"msgs_from", [](SessionNumbers& numbers) { numbers.in_msgs.set(9); }},
      {"bytes_to", [](SessionNumbers& numbers) { numbers.out_bytes.set(9); }},
      {"bytes_from", [](SessionNumbers& numbers) { numbers.in_bytes.set(9); }},
      {"start", [](SessionNumbers& numbers) { numbers.joined_us.add(9); }},
      {"uptime", [](SessionNumbers& numbers) { numbers.joined_us.subtract(9); }}};
  for (const std::string_view order : SessionsPage::rules(true).orders) {
    RealmHarness realm;
    realm.join();
    Peer& most = realm.join();
    realm.join();
    if (const auto set = most_of.find(order); set != most_of.end())
      set->second(numbers_of(realm, most));
    else if (order == "subs")
      most.says(R"([32,1,{},"com.tick"])");
    else if (order == "session" || order == "cid")
      continue;  // below
    else
      ADD_FAILURE() << order << " has no test";
    Filled<SessionsPage> page(realm, {.order = order, .limit = 1});
    EXPECT_THAT(page.text(), HasSubstr(of_session(most))) << order;
  }
}

TEST(SessionsPage, IsOrderedByIdElse) {
  RealmHarness realm;
  const Peer& first = realm.join();
  numbers_of(realm, realm.join()).rate.set(9);
  for (const std::string_view order : {"session", "cid"}) {
    Filled<SessionsPage> page(realm, {.order = order, .limit = 1});
    EXPECT_THAT(page.text(), HasSubstr(of_session(first))) << order;
  }
}

TEST(SessionsPage, HasNoneThatHasGoneWhileItIsMade) {
  RealmHarness realm;
  Peer &one = realm.join(), &other = realm.join();
  Filled<SessionsPage> page(realm, {.order = "cid", .limit = 10});
  one.leaves();
  EXPECT_THAT(page.text(), AllOf(Not(HasSubstr(of_session(one))), HasSubstr(of_session(other))));
  EXPECT_EQ((*page).size(), 1u);
  EXPECT_EQ((*page).total(), 2u);
}

TEST(SessionsPage, HasTheListsOfThoseOnIt) {
  RealmHarness realm;
  realm.join();
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.tick"])");
  peer.says(R"([64,2,{},"com.add"])");
  Filled<SessionsPage> page(realm, {.order = "subs", .limit = 1, .lists = true});
  EXPECT_THAT(page.text(), AllOf(HasSubstr(of_session(peer)),
                                 HasSubstr(R"("subscriptions":1,"registrations":1,"subscriptions_list":)"
                                           R"(["com.tick"],"registrations_list":["com.add"]}])")));
}

// Which one is first in that order.
template <class Page>
std::string first_uri(RealmHarness& realm, std::string_view order) {
  const std::string text = Filled<Page>(realm, {.order = order, .limit = 1}).text();
  const size_t begin = text.find("\"com.") + 1;
  return text.substr(begin, text.find('"', begin) - begin);
}

TEST(ProceduresPage, IsOrderedByEachOfItsWords) {
  RealmHarness realm;
  Peer& callee = realm.join();
  Peer& caller = realm.join();
  int registered = 0, called = 0, invoked = 0;
  const auto registers = [&](const std::string& uri, const std::string& options = "") {
    callee.says("[64," + std::to_string(++registered) + ",{" + options + "},\"" + uri + "\"]");
    callee.hears();
  };
  const auto calls = [&](const std::string& uri, const std::string& payload = "") {
    caller.says("[48," + std::to_string(++called) + ",{},\"" + uri + "\"" + payload + "]");
    callee.hears();
  };
  const auto yields = [&] { callee.says("[70," + std::to_string(++invoked) + ",{}]"); };
  registers("com.often");
  for (int i = 0; i < 9; ++i) {
    calls("com.often");
    yields();
  }
  registers("com.large");
  calls("com.large", ",[\"" + std::string(1000, 'x') + "\"]");
  yields();
  registers("com.wrong");
  calls("com.wrong");
  callee.says("[8,68," + std::to_string(++invoked) + R"(,{},"com.error"])");
  registers("com.late");
  calls("com.late");
  realm.clock().advance(std::chrono::milliseconds(100));
  yields();
  registers("com.all");
  calls("com.all");
  yields();
  registers("com.busy", R"("concurrency":1)");
  calls("com.busy");
  calls("com.busy");
  realm.passes(std::chrono::seconds(1));
  const std::map<std::string_view, std::string> first = {
      {"rate", "com.often"},  {"calls", "com.often"}, {"errors", "com.wrong"}, {"p99", "com.late"},
      {"bytes", "com.large"}, {"queued", "com.busy"}, {"uri", "com.all"}};
  for (const std::string_view order : ProceduresPage::rules(true).orders) {
    ASSERT_TRUE(first.contains(order)) << order << " has no test";
    EXPECT_EQ(first_uri<ProceduresPage>(realm, order), first.at(order)) << order;
  }
}

TEST(TopicsPage, IsOrderedByEachOfItsWords) {
  config::Realm config = RealmHarness::open_realm();
  config.roles.push_back({"reader", {{.uri = "com.wrong"}}});
  RealmHarness realm(config);
  Peer& publisher = realm.join();
  Peer& refused = realm.join({}, "reader");
  Peer& subscriber = realm.join();
  int published = 0;
  const auto publishes = [&](const std::string& uri, const std::string& payload = "") {
    publisher.says("[16," + std::to_string(++published) + ",{},\"" + uri + "\"" + payload + "]");
  };
  subscriber.says(R"([32,1,{},"com.heard"])");
  for (int i = 0; i < 9; ++i) publishes("com.often");
  publishes("com.large", ",[\"" + std::string(1000, 'x') + "\"]");
  publishes("com.wrong");
  refused.says(R"([16,1,{},"com.wrong"])");
  publishes("com.heard");
  publishes("com.all");
  subscriber.hears();
  realm.passes(std::chrono::seconds(1));
  const std::map<std::string_view, std::string> first = {
      {"rate", "com.often"},   {"publications", "com.often"}, {"events", "com.heard"},
      {"errors", "com.wrong"}, {"bytes", "com.large"},        {"uri", "com.all"}};
  for (const std::string_view order : TopicsPage::rules(true).orders) {
    if (order == "queued") continue;  // session_numbers_test.cc: sessions let events wait
    ASSERT_TRUE(first.contains(order)) << order << " has no test";
    EXPECT_EQ(first_uri<TopicsPage>(realm, order), first.at(order)) << order;
  }
}

TEST(ProceduresPage, HasTheFirstOnesOfManyInOrder) {
  RealmHarness realm;
  Peer& callee = realm.join();
  constexpr int count = 5000;
  for (int i = 0; i < count; ++i) {
    const int number = (i * 7 + 3) % count;  // in no order
    callee.says("[64," + std::to_string(i + 1) + ",{},\"com.p" + std::to_string(10'000 + number) + "\"]");
  }
  Filled<ProceduresPage> page(realm, {.order = "uri", .limit = 2, .offset = 1, .all = true});
  const std::string text = page.text();
  EXPECT_THAT(text, AllOf(StartsWith(R"([{"realm":"realm1","procedure":"com.p10001","calls":0,)"),
                          HasSubstr(R"("procedure":"com.p10002",)"), Not(HasSubstr("com.p10003")),
                          Not(HasSubstr("com.p10000"))));
  EXPECT_EQ((*page).total(), uint64_t{count});
}

}  // namespace
}  // namespace router::insight
