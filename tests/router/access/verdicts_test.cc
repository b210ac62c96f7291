#include "router/access/verdicts.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router {
namespace {

using std::chrono::milliseconds;
using Asker = Verdicts::Asker;

constexpr SteadyTime start{std::chrono::seconds(1000)};
const Grant allowed{true, false, std::nullopt, false};

Verdicts::Key key(const std::string& uri, uint64_t session = 0) {
  return {wamp::SessionId(session), Action::call, wamp::MatchPolicy::exact, uri};
}
SessionRef ref(uint64_t session) {
  return {0, 0, wamp::SessionId(session)};
}
config::DynamicAuthorizer settings(uint64_t max_bytes = 100000, uint32_t ttl_ms = 1000) {
  config::DynamicAuthorizer authorizer;
  authorizer.max_cached_bytes = max_bytes;
  authorizer.cache_ttl_ms = ttl_ms;
  return authorizer;
}

TEST(Verdicts, AreKeptAsLongAsTheyMay) {
  Verdicts verdicts(settings());
  verdicts.add(key("a"), allowed, 0, start);
  EXPECT_EQ(verdicts.find(key("a"), start + milliseconds(999)), allowed);
  EXPECT_FALSE(verdicts.find(key("a"), start + milliseconds(1000)));
  EXPECT_FALSE(verdicts.find(key("a", 1), start));
  EXPECT_FALSE(verdicts.find(key("b"), start));
}

TEST(Verdicts, ALaterAnswerReplacesTheEarlierOne) {
  Verdicts verdicts(settings());
  verdicts.add(key("a"), allowed, 0, start);
  verdicts.add(key("a"), Grant(), 0, start + milliseconds(500));
  EXPECT_EQ(verdicts.counts().answers, 1u);
  EXPECT_EQ(verdicts.find(key("a"), start + milliseconds(1200)), Grant());
}

TEST(Verdicts, TheOldestGoWhenThereAreTooMany) {
  Verdicts verdicts(settings(3000));
  for (unsigned i = 0; i < 1000; ++i) verdicts.add(key(std::to_string(i), 1 + i % 7), allowed, 0, start);
  EXPECT_LE(verdicts.counts().bytes, 3000u);
  EXPECT_GT(verdicts.counts().answers, 5u);
  EXPECT_TRUE(verdicts.find(key("999", 1 + 999 % 7), start));
  EXPECT_FALSE(verdicts.find(key("0", 1), start));
  // Expired ones make room first.
  verdicts.add(key("x"), allowed, 0, start + milliseconds(1000));
  EXPECT_EQ(verdicts.counts().answers, 1u);
  EXPECT_EQ(verdicts.counts().sessions, 1u);
}

TEST(Verdicts, OneThatIsTooBigForAllIsNotKept) {
  Verdicts verdicts(settings(300));
  verdicts.add(key(std::string(1000, 'a')), allowed, 0, start);
  EXPECT_EQ(verdicts.counts().answers, 0u);
  EXPECT_EQ(verdicts.counts().bytes, 0u);
}

TEST(Verdicts, ASessionTakesItsOwnWithIt) {
  Verdicts verdicts(settings());
  for (const uint64_t session : {1u, 2u, 0u})
    for (const char* uri : {"a", "b"}) verdicts.add(key(uri, session), allowed, 0, start);
  verdicts.forget(wamp::SessionId(1));
  EXPECT_EQ(verdicts.counts().answers, 4u);
  EXPECT_FALSE(verdicts.find(key("a", 1), start));
  EXPECT_TRUE(verdicts.find(key("a", 2), start));
  verdicts.forget(wamp::SessionId(7));
  EXPECT_EQ(verdicts.counts().answers, 4u);
}

TEST(Verdicts, ArePurgedBySessionAndUri) {
  Verdicts verdicts(settings());
  for (const uint64_t session : {1u, 2u})
    for (const char* uri : {"a", "b"}) verdicts.add(key(uri, session), allowed, 0, start);
  EXPECT_EQ(verdicts.purge({wamp::SessionId(1), "a"}), 1u);
  EXPECT_EQ(verdicts.purge({std::nullopt, "a"}), 1u);
  EXPECT_EQ(verdicts.purge({wamp::SessionId(1), std::nullopt}), 1u);
  EXPECT_EQ(verdicts.purge({}), 1u);
  EXPECT_EQ(verdicts.counts().bytes, 0u);
  EXPECT_EQ(verdicts.counts().sessions, 0u);
}

// In pieces: a debug build would not let the lock be held for as long as all takes.
TEST(Verdicts, AreForgottenIfTheyAreMany) {
  constexpr size_t many = 40'000;
  config::DynamicAuthorizer roomy = settings();
  roomy.max_cached_bytes = uint64_t{1} << 40;
  Verdicts much(roomy);
  for (const uint64_t session : {1u, 2u})
    for (size_t i = 0; i < many; ++i) much.add(key("com.t" + std::to_string(i), session), allowed, 0, start);
  EXPECT_EQ(much.counts().answers, 2 * many);
  much.forget(wamp::SessionId(1));
  EXPECT_EQ(much.counts().answers, many);
  EXPECT_EQ(much.purge({std::nullopt, "com.t7"}), 1u);
  EXPECT_EQ(much.purge({}), many - 1);
  EXPECT_EQ(much.counts().answers, 0u);
  EXPECT_EQ(much.counts().bytes, 0u);
  EXPECT_EQ(much.counts().sessions, 0u);
}

TEST(Verdicts, ThatExpireTogetherGoWithThoseThatCome) {
  config::DynamicAuthorizer roomy = settings();
  roomy.max_cached_bytes = uint64_t{1} << 40;
  Verdicts verdicts(roomy);
  for (int i = 0; i < 40'000; ++i) verdicts.add(key("com.t" + std::to_string(i)), allowed, 0, start);
  const SteadyTime later = start + std::chrono::milliseconds(roomy.cache_ttl_ms);
  EXPECT_FALSE(verdicts.find(key("com.t1"), later));
  for (unsigned i = 0; i < 1000; ++i) verdicts.add(key("com.u" + std::to_string(i)), allowed, 0, later);
  EXPECT_EQ(verdicts.counts().answers, 1000u);
}

TEST(Verdicts, OneSessionAsksForAll) {
  Verdicts verdicts(settings());
  const auto first = verdicts.open(key("a"), ref(1), start);
  EXPECT_EQ(first.asker, Asker::for_all);
  EXPECT_EQ(verdicts.open(key("a"), ref(1), start).asker, Asker::alone);
  EXPECT_EQ(verdicts.open(key("a"), ref(2), start).asker, Asker::another);
  const auto third = verdicts.open(key("a"), ref(3), start);
  EXPECT_EQ(third.asker, Asker::another);
  EXPECT_EQ(verdicts.open(key("b"), ref(3), start).asker, Asker::for_all);
  EXPECT_EQ(verdicts.open(key("a", 2), ref(2), start).asker, Asker::alone);
  EXPECT_FALSE(verdicts.waits(first));
  EXPECT_TRUE(verdicts.waits(third));
  EXPECT_TRUE(verdicts.leave(first.name, ref(2)).empty());
  EXPECT_THAT(verdicts.leave(first.name, ref(1)), testing::ElementsAre(ref(3)));
  EXPECT_FALSE(verdicts.waits(third));
  EXPECT_EQ(verdicts.counts().questions, 1u);
  verdicts.add(key("a"), allowed, 0, start);
  EXPECT_EQ(verdicts.open(key("a"), ref(4), start).answer, allowed);
  EXPECT_EQ(verdicts.counts().questions, 1u);
}

TEST(Verdicts, WhoWaitedForOneQuestionDoesNotWaitForTheNextOfThatName) {
  Verdicts verdicts(settings());
  const auto first = verdicts.open(key("a"), ref(1), start);
  const auto second = verdicts.open(key("a"), ref(2), start);
  verdicts.leave(first.name, ref(1));
  EXPECT_EQ(verdicts.open(key("a"), ref(3), start).asker, Asker::for_all);
  const auto fourth = verdicts.open(key("a"), ref(4), start);
  EXPECT_FALSE(verdicts.waits(second));
  EXPECT_TRUE(verdicts.waits(fourth));
}

// A look costs the same however many wait; else this would not end in a minute.
TEST(Verdicts, AllThatWaitMayLook) {
  constexpr uint64_t many = 300'000;
  Verdicts verdicts(settings());
  const auto first = verdicts.open(key("a"), ref(1), start);
  std::vector<Verdicts::Opened> waiters;
  for (uint64_t session = 2; session < many; ++session)
    waiters.push_back(verdicts.open(key("a"), ref(session), start));
  EXPECT_TRUE(std::all_of(waiters.begin(), waiters.end(),
                          [&](const Verdicts::Opened& waiter) { return verdicts.waits(waiter); }));
  EXPECT_EQ(verdicts.leave(first.name, ref(1)).size(), waiters.size());
}

TEST(Verdicts, WhatWasAskedBeforeAPurgeIsNotKept) {
  Verdicts verdicts(settings());
  const auto opened = verdicts.open(key("a"), ref(1), start);
  verdicts.purge({});
  verdicts.add(key("a"), allowed, opened.version, start);
  EXPECT_EQ(verdicts.counts().answers, 0u);
  verdicts.add(key("a"), allowed, verdicts.open(key("a"), ref(2), start).version, start);
  EXPECT_EQ(verdicts.counts().answers, 1u);
}

}  // namespace
}  // namespace router
