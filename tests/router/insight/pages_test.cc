// The pages of sessions and procedures, filled piece by piece while the realm goes on.
#include <string>

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

TEST(SessionsPage, TellsEachSessionInTheOrderOfItsFields) {
  RealmHarness realm;
  const Peer& peer = realm.join();
  Filled<SessionsPage> page(realm, {.order = "cid", .limit = 10});
  EXPECT_THAT(page.text(), StartsWith("[{\"realm\":\"realm1\"," + of_session(peer) + "\"authid\":"));
  EXPECT_THAT(page.text(), HasSubstr(R"("rate":0.0,"calls":0,"errors":0,"events":0,"bytes":0,)"
                                     R"("pending_bytes":0,"lost":0,"subscriptions":0,"registrations":0}])"));
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
