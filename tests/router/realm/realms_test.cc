#include "router/realm/realms.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "router/mail/outbox.h"
#include "tests/router/support/manual_clock.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

config::Realm realm_named(const std::string& name) {
  config::Realm realm;
  realm.name = name;
  config::Permission everything;
  everything.match = wamp::MatchPolicy::prefix;
  everything.publish = true;
  realm.roles = {{"user", {everything}}};
  return realm;
}

class RealmTable : public testing::Test {
 protected:
  void serve_named(const std::vector<std::string>& names) {
    std::vector<config::Realm> configured;
    for (const std::string& name : names) configured.push_back(realm_named(name));
    serve(configured);
  }
  std::vector<std::string> serve(const std::vector<config::Realm>& configured) {
    return realms.commit(realms.prepare(configured));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& realm : realms.all()) all.push_back(realm->name());
    return all;
  }
  void passes(milliseconds time) {
    clock.advance(time);
    realms.sweep(clock.now());
  }

  // Somebody joins, publishes an event that is retained, and leaves.
  void retain_event(const std::string& name) {
    const auto realm = realms.find_or_create(name);
    Seat& member = *std::get<Realm::Joined>(
                        realm->join({0, 0, wamp::SessionId(1)}, {"joe", "user", "ticket", "static"}, {}))
                        .release();
    wamp::Publish event;
    event.topic = "com.x";
    event.options = {{"retain", true}};
    ASSERT_TRUE(realm->handle(member, event, RoutedPayload()));
    realm->leave(member);
    ASSERT_TRUE(realm->keeps_events());
  }

  bool is_disk_full = false;
  std::function<void()> meanwhile = [] {};  // while a realm is made
  ManualClock clock;
  Mailbox mailbox{[] {}};
  Realms realms{[this](const config::Realm& config) {
    if (is_disk_full) throw std::runtime_error("no space");
    meanwhile();
    return std::make_shared<Realm>(config, std::vector<Mailbox*>{&mailbox}, 1, clock);
  }};
};

TEST_F(RealmTable, HasTheRealmsOfTheConfiguration) {
  serve_named({"a", "b"});
  EXPECT_TRUE(realms.has("a"));
  EXPECT_EQ(realms.find("a")->name(), "a");
  EXPECT_EQ(realms.find_or_create("a"), realms.find("a"));
  EXPECT_FALSE(realms.has("c"));
  EXPECT_EQ(realms.find_or_create("c"), nullptr);
}

TEST_F(RealmTable, MakesARealmOfItsTemplateOnFirstUse) {
  serve_named({"t-*"});
  EXPECT_TRUE(realms.has("t-1"));
  EXPECT_EQ(realms.find("t-1"), nullptr);
  const auto realm = realms.find_or_create("t-1");
  ASSERT_TRUE(realm);
  EXPECT_EQ(realm->name(), "t-1");
  EXPECT_TRUE(realm->has_role("user"));
  EXPECT_EQ(realms.find_or_create("t-1"), realm);
  EXPECT_FALSE(realms.has("t-*"));
}

// It may have to read a file.
TEST_F(RealmTable, IsOpenWhileARealmIsMade) {
  serve_named({"a", "t-*"});
  meanwhile = [this] {
    std::thread([this] {
      EXPECT_TRUE(realms.find_or_create("a"));
      EXPECT_TRUE(realms.has("t-1"));
      EXPECT_EQ(realms.find("t-1"), nullptr);
      realms.sweep(clock.now());
    }).join();
  };
  EXPECT_TRUE(realms.find_or_create("t-1"));
}

TEST_F(RealmTable, MakesABoundedNumberOfEachTemplate) {
  config::Realm bounded = realm_named("t-*");
  bounded.made_on_demand.max_realms = 2;
  serve({bounded, realm_named("u-*")});
  EXPECT_TRUE(realms.find_or_create("t-1"));
  EXPECT_TRUE(realms.find_or_create("t-2"));
  EXPECT_FALSE(realms.find_or_create("t-3"));
  EXPECT_TRUE(realms.find_or_create("t-1"));
  EXPECT_TRUE(realms.find_or_create("u-1"));
}

TEST_F(RealmTable, RemovesAMadeRealmThatHasBeenEmptyForLong) {
  config::Realm idle = realm_named("t-*");
  idle.made_on_demand.idle_ms = 1000;
  serve({realm_named("a"), idle});
  auto held = realms.find_or_create("t-1");
  passes(milliseconds(0));
  passes(milliseconds(5000));
  EXPECT_THAT(names(), ElementsAre("a", "t-1"));  // as somebody holds it
  held.reset();
  passes(milliseconds(0));
  passes(milliseconds(999));
  EXPECT_THAT(names(), ElementsAre("a", "t-1"));
  passes(milliseconds(1));
  EXPECT_THAT(names(), ElementsAre("a"));
  EXPECT_TRUE(realms.find_or_create("t-1"));
}

TEST_F(RealmTable, KeepsMadeRealmsForEverIfToldTo) {
  config::Realm idle = realm_named("t-*");
  idle.made_on_demand.idle_ms = 0;
  serve({idle});
  realms.find_or_create("t-1");
  passes(milliseconds(0));
  passes(milliseconds(1000000));
  EXPECT_THAT(names(), ElementsAre("t-1"));
}

TEST_F(RealmTable, KeepsAMadeRealmThatKeepsEventsForLonger) {
  config::Realm idle = realm_named("t-*");
  idle.made_on_demand = {.idle_ms = 1, .kept_ms = 5000};
  serve({idle});
  retain_event("t-1");
  passes(milliseconds(0));
  passes(milliseconds(4999));
  EXPECT_THAT(names(), ElementsAre("t-1"));
  passes(milliseconds(1));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(RealmTable, IsNotFilledUpByRealmsThatOnlyKeepEvents) {
  config::Realm bounded = realm_named("t-*");
  bounded.made_on_demand.max_realms = 3;
  serve({bounded, realm_named("u-*")});
  const auto held = realms.find_or_create("t-1");
  retain_event("t-2");
  passes(milliseconds(1));
  retain_event("t-3");
  retain_event("u-1");
  passes(milliseconds(1));
  EXPECT_TRUE(realms.find_or_create("t-4"));
  EXPECT_THAT(names(), ElementsAre("t-1", "t-3", "t-4", "u-1"));
  const auto t3 = realms.find_or_create("t-3"), t4 = realms.find_or_create("t-4");
  EXPECT_FALSE(realms.find_or_create("t-5"));  // somebody is in each of them
}

TEST_F(RealmTable, KeepsRealmsThatAreToStayWhoeverElseIsWanted) {
  config::Realm bounded = realm_named("t-*");
  bounded.made_on_demand = {.max_realms = 1, .kept_ms = 0};
  serve({bounded});
  retain_event("t-1");
  passes(milliseconds(1));
  EXPECT_FALSE(realms.find_or_create("t-2"));
  EXPECT_THAT(names(), ElementsAre("t-1"));
}

TEST_F(RealmTable, TakesNoNewSessionsIntoARemovedRealmButKeepsItForItsOwn) {
  serve_named({"a", "b"});
  auto held = realms.find("b");
  serve_named({"a"});
  EXPECT_FALSE(realms.has("b"));
  EXPECT_EQ(realms.find_or_create("b"), nullptr);
  passes(milliseconds(0));
  EXPECT_THAT(names(), ElementsAre("b", "a"));
  held.reset();
  passes(milliseconds(0));
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(RealmTable, GivesBackARemovedRealmThatStillHasSessions) {
  serve_named({"a", "b"});
  const auto held = realms.find("b");
  serve_named({"a"});
  serve_named({"a", "b"});
  EXPECT_EQ(realms.find("b"), held);
  EXPECT_EQ(names().size(), 2u);
  serve_named({"a"});
  serve_named({"a", "*"});
  EXPECT_EQ(realms.find_or_create("b"), held);
}

TEST_F(RealmTable, GivesMadeRealmsTheRulesOfTheirNewTemplate) {
  serve_named({"t-*"});
  const auto made = realms.find_or_create("t-1");
  config::Realm next = realm_named("t-*");
  next.roles = {{"boss", {}}};
  serve({next});
  EXPECT_EQ(realms.find("t-1"), made);
  EXPECT_TRUE(made->has_role("boss"));
  EXPECT_FALSE(made->has_role("user"));
  serve({realm_named("a")});
  EXPECT_EQ(realms.find("t-1"), nullptr);
}

TEST_F(RealmTable, ChangesNothingIfANewRealmCannotBeMade) {
  serve_named({"a", "t-*"});
  is_disk_full = true;
  EXPECT_THROW(realms.prepare({realm_named("b")}), std::runtime_error);
  EXPECT_TRUE(realms.has("a"));
  EXPECT_FALSE(realms.has("b"));
  EXPECT_EQ(realms.find_or_create("t-1"), nullptr);
  is_disk_full = false;
  EXPECT_TRUE(realms.find_or_create("t-1"));
}

TEST_F(RealmTable, TellsWhatCannotChange) {
  serve_named({"a"});
  config::Realm next = realm_named("a");
  next.limits.sessions = 1;
  EXPECT_THAT(serve({next}), IsEmpty());
  next.uri_check = wamp::UriRule::strict;
  next.meta_api = false;
  next.sequential_request_ids = true;
  next.store.event_history = {{"com.x", wamp::MatchPolicy::exact, 1}};
  EXPECT_THAT(serve({next}), ElementsAre("realm \"a\": store", "realm \"a\": uri_check",
                                         "realm \"a\": enable_meta_api", "realm \"a\": request_ids"));
}

TEST_F(RealmTable, WhatARealmHasCountedStaysWhenItIsGone) {
  serve_named({"a", "b"});
  {
    const auto realm = realms.find("a");
    Seat& member = *std::get<Realm::Joined>(
                        realm->join({0, 0, wamp::SessionId(1)}, {"joe", "user", "ticket", "static"}, {}))
                        .release();
    wamp::Publish nothing;
    nothing.topic = "not a uri";
    ASSERT_TRUE(realm->handle(member, nothing, RoutedPayload()));
    realm->leave(member);
  }
  EXPECT_EQ(realms.listed().configured.size(), 2u);
  serve_named({"b"});
  EXPECT_EQ(realms.listed().others.size(), 1u);
  EXPECT_THAT(realms.listed().gone.branches.all(), IsEmpty());
  passes(milliseconds(1));
  EXPECT_THAT(realms.listed().others, IsEmpty());
  uint64_t denials = 0;
  const Realms::Listed listed = realms.listed();
  for (const auto& total : listed.gone.branches.all())
    if (total.family->name == "wampd_denials_total") denials += std::get<uint64_t>(total.number);
  EXPECT_EQ(denials, 1u);
}

// Its file must be closed before it is opened again.
class ARealmThatEnds : public testing::Test {
 protected:
  ~ARealmThatEnds() override {
    if (other.joinable()) other.join();
  }
  std::shared_ptr<Realm> make(const config::Realm& config) {
    const std::lock_guard lock(mutex);
    if (config.name == "t-1") ++alive;
    EXPECT_LE(alive, 1) << "it is made anew before it has ended";
    made.notify_all();
    return {new Realm(config, {&mailbox}, 1, clock), [this](Realm* realm) { end(realm); }};
  }
  // Takes as long as somebody else may need to make it anew.
  void end(Realm* realm) {
    std::unique_lock lock(mutex);
    const bool counts = realm->name() == "t-1";
    if (auto wants = std::exchange(meanwhile, nullptr)) {
      other = std::thread(wants);
      made.wait_for(lock, milliseconds(100), [this] { return alive > 1; });
    }
    delete realm;
    if (counts) --alive;
  }
  void serve(const std::string& name) {
    config::Realm realm = realm_named(name);
    realm.made_on_demand.idle_ms = 1000;
    realms.commit(realms.prepare({realm}));
  }

  std::mutex mutex;  // guards the next two, and `meanwhile`
  int alive = 0;
  std::condition_variable made;
  std::function<void()> meanwhile;  // while it ends, on another thread
  std::thread other;
  ManualClock clock;
  Mailbox mailbox{[] {}};
  Realms realms{[this](const config::Realm& config) { return make(config); }};
};

TEST_F(ARealmThatEnds, IsMadeAnewForWhoJoinsWhenItHas) {
  serve("t-*");
  EXPECT_TRUE(realms.find_or_create("t-1"));
  realms.sweep(clock.now());
  clock.advance(milliseconds(1000));
  meanwhile = [this] { EXPECT_TRUE(realms.find_or_create("t-1")); };
  realms.sweep(clock.now());
  other.join();
  EXPECT_TRUE(realms.find("t-1"));
}

TEST_F(ARealmThatEnds, IsMadeAnewForAReloadWhenItHas) {
  serve("t-1");
  serve("a");
  meanwhile = [this] { serve("t-1"); };
  realms.sweep(clock.now());
  other.join();
  EXPECT_TRUE(realms.find("t-1"));
}

}  // namespace
}  // namespace router
