// What there is no memory for costs the session that it is for, and nobody else.
#include <map>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/access/verdicts.h"
#include "router/mail/mail_list.h"
#include "router/matching/prefix_tree.h"
#include "tests/router/support/failing_memory.h"
#include "tests/router/support/realm_harness.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;

struct ASessionWithoutMemory : testing::Test {
  SessionHarness router;
  Wire& client = router.join();
  Wire& other = router.join();
};

TEST_F(ASessionWithoutMemory, EndsWhenAnAnswerCannotBeSentToIt) {
  says(other, R"([64,1,{},"com.work"])");
  client.receives(R"([48,1,{},"com.work"])");
  other.sent();
  client.lacks_memory();
  other.receives(R"([70,1,{},["done"]])");
  EXPECT_THAT(client.dropped(), HasSubstr("no memory"));
  EXPECT_EQ(other.dropped(), "");
  EXPECT_THAT(says(other, R"([32,2,{},"com.topic"])"), HasSubstr("[33,2,"));
}

// ---- what is changed for it is changed as a whole, or not at all

TEST(ATableWithoutMemory, KeepsWhatIsInIt) {
  IdMap<std::string> table;
  for (uint64_t id = 1; id <= 3000; ++id) {
    for (size_t at = 1; fails(at, [&] { table.insert(id, std::string("v")); }); ++at)
      ASSERT_EQ(table.size(), id - 1);
    ASSERT_EQ(table.size(), id);
  }
  for (uint64_t id = 1; id <= 3000; ++id) {
    std::string taken;
    {
      const FailingMemory memory(1);
      taken = table.take(id);
    }
    ASSERT_EQ(taken, "v") << id;
  }
  EXPECT_TRUE(table.empty());
}

// Long ones, so that each label is an allocation; and of few characters, so that they have much in common.
std::string any_prefix(std::mt19937& random) {
  std::string prefix;
  for (size_t part = random() % 5; part > 0; --part) prefix += std::string(20, random() % 2 ? 'a' : 'b');
  return prefix + std::string(random() % 3, 'a');
}

TEST(PrefixesWithoutMemory, AreFoundAsLongAsTheyAreThere) {
  std::mt19937 random(1);
  PrefixTree tree;
  std::map<std::string, int> there;
  size_t failures = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::string prefix = any_prefix(random);
    if (const auto found = there.find(prefix); found != there.end()) {
      const FailingMemory memory(1);
      tree.remove(prefix);
      there.erase(found);
    } else {
      int& entry = there[prefix];
      if (fails(1 + random() % 6, [&] { tree.add(prefix, &entry); })) {
        ++failures;
        there.erase(prefix);
      }
    }
    const std::string text = any_prefix(random);
    const auto found = there.find(text);
    ASSERT_EQ(tree.find(text), found == there.end() ? nullptr : static_cast<void*>(&found->second)) << step;
    void* longest = nullptr;
    for (auto& [known, entry] : there)
      if (text.starts_with(known)) longest = &entry;
    ASSERT_EQ(tree.longest(text), longest) << step;
  }
  EXPECT_GT(failures, 100u);
}

TEST(MailWithoutMemory, IsNotPostedAndGoesOnWhereItWas) {
  for (const size_t count : {1u, 64u, 65u, 500u}) {
    MailList to, from;
    const auto post_to = [](MailList& list) {
      list.emplace_back(std::in_place_type<SessionOrder>, SessionOrder{{}, SessionOrder::Kind::pause});
    };
    EXPECT_TRUE(fails(1, [&] { post_to(to); }));
    EXPECT_TRUE(to.empty());
    post_to(to);
    for (size_t i = 0; i < count; ++i) post_to(from);
    EXPECT_FALSE(fails(1, [&] { to.append(from); })) << "it needs none";
    EXPECT_EQ(to.size(), 1 + count);
    EXPECT_TRUE(from.empty());
  }
}

// A session for whose request there was no memory is dropped.
class ARequestWithoutMemory : public testing::TestWithParam<const char*> {};

TEST_P(ARequestWithoutMemory, LeavesNothingAndTakesNothingFromOthers) {
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    RealmHarness realm;
    Peer& other = realm.join();
    other.says(R"([32,1,{},"com.topic"])");
    other.says(R"([64,2,{"invoke":"roundrobin"},"com.shared"])");
    Peer& caller = realm.join();
    Peer& unlucky = realm.join();
    unlucky.says(R"([32,1,{"nkey":"a"},"com.sharded"])");
    unlucky.says(R"([64,2,{},"com.mine"])");
    other.hears();
    const bool has_failed = fails(at, [&] { unlucky.says(GetParam()); });
    unlucky.leaves();
    realm.passes(std::chrono::milliseconds(20));

    other.hears();
    caller.says(R"([16,1,{},"com.topic",[1]])");
    EXPECT_THAT(other.hears(), testing::EndsWith(",{},[1]]")) << at;
    caller.says(R"([48,2,{},"com.shared"])");
    EXPECT_THAT(other.hears(), testing::StartsWith("[68,")) << at;
    other.leaves();
    caller.leaves();
    realm.passes(std::chrono::milliseconds(20));
    const Realm::Counts counts = realm.realm().counts();
    EXPECT_EQ(counts.members + counts.subscriptions + counts.registrations + counts.calls, 0u) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 0u);
}

INSTANTIATE_TEST_SUITE_P(, ARequestWithoutMemory,
                         testing::Values(R"([32,3,{},"com.topic"])", R"([32,3,{},"com.new"])",
                                         R"([32,3,{"nkey":"b"},"com.sharded"])",
                                         R"([32,3,{"match":"wildcard"},"com..x"])",
                                         R"([64,3,{"invoke":"roundrobin"},"com.shared"])",
                                         R"([64,3,{"match":"prefix"},"com.new"])",
                                         R"([48,3,{},"com.shared"])", R"([48,3,{"timeout":100},"com.mine"])",
                                         R"([34,3,1])", R"([66,3,1])",
                                         R"([16,3,{"acknowledge":true,"retain":true},"com.topic"])"));

TEST_F(ASessionWithoutMemory, EndsWhenAnEventCannotBeSentToItAndOthersGetIt) {
  Wire& publisher = router.join();
  says(client, R"([32,1,{},"com.topic"])");
  says(other, R"([32,1,{},"com.topic"])");
  client.lacks_memory();
  EXPECT_EQ(says(publisher, R"([16,1,{},"com.topic"])"), "");
  EXPECT_THAT(client.dropped(), HasSubstr("no memory"));
  EXPECT_THAT(other.sent(), HasSubstr("[36,"));
}

TEST_F(ASessionWithoutMemory, EndsWhenAnEventForItAloneCannotBeSent) {
  says(client, R"([32,1,{},"com.topic"])");
  client.lacks_memory();
  EXPECT_EQ(says(other, R"([16,1,{},"com.topic"])"), "");
  EXPECT_THAT(client.dropped(), HasSubstr("no memory"));
}

Verdicts::Key asked_about(const std::string& uri, uint64_t session) {
  return {wamp::SessionId(session), Action::call, wamp::MatchPolicy::exact, uri};
}

TEST(AnAuthorizersAnswerWithoutMemory, IsNotKept) {
  const SteadyTime now{};
  config::DynamicAuthorizer settings;
  settings.max_cached_bytes = 100'000;
  settings.cache_ttl_ms = 1000;
  const size_t failures = let_each_allocation_fail([&](size_t at) {
    Verdicts verdicts(settings);
    verdicts.add(asked_about("a", 1), Grant(), 0, now);
    const Verdicts::Counts before = verdicts.counts();
    const bool has_failed =
        fails(at, [&] { verdicts.add(asked_about(std::string(100, 'b'), 2), Grant(), 0, now); });
    if (has_failed) {
      const Verdicts::Counts after = verdicts.counts();
      EXPECT_EQ(after.answers, before.answers) << at;
      EXPECT_EQ(after.bytes, before.bytes) << at;
    }
    for (const uint64_t session : {1u, 2u}) verdicts.forget(wamp::SessionId(session));
    EXPECT_EQ(verdicts.counts().answers, 0u) << at;
    EXPECT_EQ(verdicts.counts().bytes, 0u) << at;
    EXPECT_EQ(verdicts.counts().sessions, 0u) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 2u);
}

}  // namespace
}  // namespace router
