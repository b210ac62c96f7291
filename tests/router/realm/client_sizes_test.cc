// How much work a client can make by the size of what it sends. Each is tried twice: as it is by default,
// where the bounds of options and arguments refuse it while it is decoded, and with these bounds lifted.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/member/event_filter.h"
#include "router/tables/rendezvous_hash.h"
#include "tests/router/support/realm_harness.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::Le;
using testing::StartsWith;

constexpr auto too_many_entries = "more than 256 entries in dictionaries (options_entries)";
constexpr auto too_many_items = "more than 10000 items in lists (options_list_items)";
constexpr auto too_many_bytes = "more than 262144 bytes (options_bytes)";

// "<before>0<after>,<before>1<after>,..."
std::string numbered(int count, const std::string& before, const std::string& after) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all.append(i ? "," : "").append(before).append(std::to_string(i)).append(after);
  return all;
}

config::Realm with_options_of_any_size() {
  config::Realm config = RealmHarness::open_realm();
  config.limits.options_bytes = config.limits.options_entries = config.limits.options_list_items =
      1'000'000'000;
  return config;
}

class SizesThatAClientChooses : public testing::Test {
 protected:
  // A session with the limits as they are by default.
  SessionHarness router;
  Wire& wire = router.join();
  // A realm with few of them.
  RealmHarness realm{with_options_of_any_size()};
};

TEST_F(SizesThatAClientChooses, OfDetailsForASession) {
  const std::string details = "{" + numbered(30'000, "\"k", "\":1") + "}";
  const std::string rest = R"(,{},"wamp.session.modify_details",[)";
  const std::string own_head = rest + std::to_string(wire.session_id()) + ",";
  EXPECT_THAT(says(wire, "[48,1" + own_head + details + "]]"), HasSubstr(too_many_bytes));
  EXPECT_THAT(says(wire, "[48,2" + own_head + "{" + numbered(257, "\"k", "\":1") + "}]]"),
              HasSubstr(too_many_entries));

  Peer& peer = realm.join();
  const std::string head = rest + std::to_string(peer.id()) + ",";
  peer.says("[48,1" + head + details + "]]");
  EXPECT_THAT(peer.hears(), HasSubstr("a session may have 32 details added"));
  peer.says("[48,2" + head + "{" + numbered(32, "\"k", "\":1") + "}]]");
  EXPECT_EQ(peer.hears(), "[50,2,{}]");
  peer.says("[48,3" + head + R"({"one more":1}]])");
  EXPECT_THAT(peer.hears(), HasSubstr("a session may have 32 details added"));
  peer.says("[48,4" + head + R"({"k0":null,"another":1}]])");
  EXPECT_EQ(peer.hears(), "[50,4,{}]");
}

TEST_F(SizesThatAClientChooses, OfDetailsForASessionInBytes) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.options_bytes = 2000;
  RealmHarness narrow(config);
  Peer& peer = narrow.join();
  const auto add = [&](int request, const std::string& key) {
    peer.says("[48," + std::to_string(request) + R"(,{},"wamp.session.modify_details",[)" +
              std::to_string(peer.id()) + ",{\"" + key + "\":\"" + std::string(1500, 'x') + "\"}]]");
    return peer.hears();
  };
  EXPECT_EQ(add(1, "a"), "[50,1,{}]");
  EXPECT_THAT(add(2, "b"), HasSubstr("the details added to a session may have 2000 bytes"));
  EXPECT_EQ(add(3, "a"), "[50,3,{}]");
}

TEST_F(SizesThatAClientChooses, OfBlacklistsByAttribute) {
  const auto blacklists = [](int count) {
    return R"(,{"acknowledge":true,)" + numbered(count, "\"exclude_", "\":[\"x\"]") + R"(},"com.topic"])";
  };
  EXPECT_THAT(says(wire, "[16,1" + blacklists(100'000)), HasSubstr(too_many_bytes));
  EXPECT_THAT(says(wire, "[16,2" + blacklists(256)), HasSubstr(too_many_entries));

  Peer& peer = realm.join();
  peer.says("[16,1" + blacklists(100'000));
  EXPECT_THAT(peer.hears(), HasSubstr("PUBLISH.Options: more than 16 lists of attributes (publish_filters)"));
  peer.says(R"([16,2,{"acknowledge":true,)" + numbered(16, "\"eligible_", "\":[\"x\"]") +
            R"(},"com.topic"])");
  EXPECT_THAT(peer.hears(), StartsWith("[17,2,"));
  // Who wants no answer gets none, nor is thrown out.
  peer.says("[16,3,{" + numbered(17, "\"exclude_", "\":[\"x\"]") + R"(},"com.topic"])");
  EXPECT_EQ(peer.hears(), "");
  EXPECT_FALSE(peer.violation());
}

TEST_F(SizesThatAClientChooses, OfTheKeyThatChoosesACallee) {
  const std::string options = R"(,{"runmode":"partition","rkey":")" + std::string(15 << 20, 'k') + "\"}";
  EXPECT_THAT(says(wire, "[48,1" + options + R"(,"com.work"])"), HasSubstr(too_many_bytes));

  for (int i = 0; i < 100; ++i) realm.join().says(R"([64,1,{"invoke":"roundrobin"},"com.work"])");
  Peer& caller = realm.join();
  caller.says("[48,1" + options + R"(,"com.work"])");
  EXPECT_THAT(caller.hears(), HasSubstr("CALL.Options.rkey: more than 255 bytes (attribute_length)"));
}

TEST_F(SizesThatAClientChooses, OfTheKeyThatChoosesANode) {
  const std::string options = R"(,{"acknowledge":true,"rkey":")" + std::string(15 << 20, 'k') + "\"}";
  EXPECT_THAT(says(wire, "[16,1" + options + R"(,"com.topic"])"), HasSubstr(too_many_bytes));

  for (int i = 0; i < 200; ++i)
    realm.join().says(R"([32,1,{"nkey":"n)" + std::to_string(i) + R"("},"com.topic"])");
  Peer& publisher = realm.join();
  publisher.says("[16,1" + options + R"(,"com.topic"])");
  EXPECT_THAT(publisher.hears(), HasSubstr("PUBLISH.Options.rkey: more than 255 bytes (attribute_length)"));
}

// Nor does what is within the bounds count where nodes are compared.
static_assert(rendezvous_weight(1, 2) != rendezvous_weight(2, 1), "of two hashes, and not of two names");

TEST_F(SizesThatAClientChooses, OfABlacklistOfSessions) {
  const std::string options = R"(,{"acknowledge":true,"exclude":[)" + numbered(600'000, "10000", "") + "]}";
  EXPECT_THAT(says(wire, "[16,1" + options + R"(,"com.topic"])"), HasSubstr(too_many_bytes));
  EXPECT_THAT(says(wire, R"([16,2,{"acknowledge":true,"exclude":[)" + numbered(10'001, "", "") +
                             R"(]},"com.topic"])"),
              HasSubstr(too_many_items));
}

// Counts how often two of them are compared.
struct Counted {
  bool operator<(const Counted& other) const {
    ++comparisons;
    return number < other.number;
  }
  bool operator==(const Counted&) const = default;

  int number = 0;
  static inline int comparisons = 0;
};

TEST_F(SizesThatAClientChooses, AreOfNoWeightWhereReceiversAreLookedForInAList) {
  std::vector<Counted> items;
  for (int i = 0; i < 10'000; ++i) items.push_back({i * 7919 % 10'000});
  const SortedSet<Counted> list(std::move(items));
  for (const int number : {0, 4711, 9'999, 10'000}) {
    Counted::comparisons = 0;
    EXPECT_EQ(list.contains({number}), number < 10'000);
    EXPECT_THAT(Counted::comparisons, Le(16));
  }
}

TEST_F(SizesThatAClientChooses, OfAListOfRoles) {
  const std::string roles = R"(,{},"wamp.session.count",[[)" + numbered(500'000, "\"r", "\"") + "]]]";
  EXPECT_THAT(says(wire, "[48,1" + roles), HasSubstr(too_many_bytes));
  EXPECT_THAT(says(wire, R"([48,2,{},"wamp.session.count",[[)" + numbered(10'001, "\"r", "\"") + "]]]"),
              HasSubstr(too_many_items));

  // Roles are in a SortedSet too; the sessions come in parts, between which others have the lock.
  for (int i = 0; i < 5'000; ++i) realm.join();
  Peer& peer = realm.join();
  peer.says("[48,1" + roles);
  EXPECT_EQ(peer.hears(), "[50,1,{},[0]]");
  peer.says(R"([48,2,{},"wamp.session.count",[["anonymous","anonymous"]]])");
  EXPECT_EQ(peer.hears(), "[50,2,{},[5001]]");
}

}  // namespace
}  // namespace router
