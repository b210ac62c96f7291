// Who asks over HTTP as one identity: the ids of what it says, and who is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/web_key.h"
#include "router/http/members.h"
#include "router/memory/holding.h"
#include "tests/router/http/member_desk.h"
#include "tests/support/login_client.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class AMemberWithoutSocket : public testing::Test {
 protected:
  ~AMemberWithoutSocket() override {
    member->end();
    turn(router.worker());
    member->sweep({});
  }
  void done() { turn(router.worker()); }

  struct Alone final : http::Member::Home {
    bool on_in(http::Member&) noexcept override { return true; }
    void on_leaving(http::Member&) noexcept override {}
  } home;
  SessionHarness router{SessionHarness::with_sequential_ids()};
  Wire& callee = router.join();
  http::Desk desk{router.worker()};
  std::shared_ptr<http::Member> member = [this] {
    auto made = std::make_shared<http::Member>(desk, router.entrance(), http::Credentials{"realm1"}, "",
                                               "http:/api", home);
    made->start();
    return made;
  }();
};

TEST_F(AMemberWithoutSocket, CountsWhatItSaysAndNothingElse) {
  EXPECT_THAT(says(callee, R"([64,1,{},"com.proc"])"), StartsWith("[65,1,"));
  AskedExchange role, given_up, one, two;
  ask(*member, role, {.kind = http::Question::Kind::role});
  ask(*member, given_up, call_of("com.proc"));
  given_up.waiter->on_gone(given_up);
  ask(*member, one, call_of("com.proc"));
  done();
  EXPECT_EQ(role.body, "anonymous");
  EXPECT_THAT(callee.sent(), StartsWith("[68,1,"));
  callee.receives("[70,1,{},[1]]");
  ask(*member, two, call_of("com.none"));
  done();
  EXPECT_EQ(one.body, "[1]");
  EXPECT_EQ(two.body, "wamp.error.no_such_procedure");
  EXPECT_EQ(given_up.answers, 0);
  EXPECT_EQ(home.in_flight + home.in_flight_outside, 0u);
}

TEST_F(AMemberWithoutSocket, IsChargedForARequestUntilItIsSaid) {
  EXPECT_THAT(says(callee, R"([64,1,{},"com.proc"])"), StartsWith("[65,1,"));
  constexpr size_t size = 100'000;
  const auto held = [this] { return member->account()->of(holding::requests); };
  AskedExchange exchange;
  http::Question question = call_of("com.proc");
  http::set_arguments(question, "[\"" + std::string(size, 'x') + "\"]", {});
  ask(*member, exchange, std::move(question));
  EXPECT_GT(held(), size);
  done();
  EXPECT_THAT(callee.sent(), StartsWith("[68,1,"));
  EXPECT_LT(held(), size);
  EXPECT_GT(held(), 0u);
  callee.receives("[70,1,{}]");
  done();
  EXPECT_EQ(exchange.status, 200);
  EXPECT_EQ(held(), 0u);
}

// ---- who is kept

class KeptMembers : public testing::Test {
 protected:
  static config::Config with_logins() {
    config::Config config = SessionHarness::two_realms();
    config::AuthMethod tickets;
    for (const char* name : {"joe", "ann"}) {
      config::Principal principal{.role = "anonymous"};
      principal.secret = std::string(name) + "s-ticket";
      tickets.principals.emplace(name, principal);
    }
    tickets.decoy_key = "decoy";
    config::AuthMethod tokens;
    tokens.default_role = "anonymous";
    tokens.token.emplace();
    tokens.token->keys = {crypto::web_key_of_secret(token_secret)};
    config.transports.front().auth = {{"ticket", tickets}, {"jwt", tokens}};
    return config;
  }
  ~KeptMembers() override {
    for (int i = 0; i < 3; ++i) sweeps(std::chrono::hours(1));
    EXPECT_TRUE(members.empty());
  }
  void sweeps(std::chrono::milliseconds later) {
    members.sweep(router.worker().loop().now() + later);
    turn(router.worker());
  }
  // Null: there is no room.
  http::Member* comes(const http::Credentials& credentials, size_t room = 1) {
    return members.find("/api", router.entrance(), credentials, "192.0.2.1:1", {room, 2}).get();
  }
  http::Member* comes(const std::string& who, const std::string& ticket, size_t room = 1) {
    return comes({"realm1", "ticket", who, ticket}, room);
  }
  http::Member* comes(const std::string& who, size_t room = 1) { return comes(who, who + "s-ticket", room); }
  http::Member* is_in(const std::string& who, size_t room = 1) {
    http::Member* const member = comes(who, room);
    turn(router.worker());
    return member;
  }
  // Who has registered com.proc.
  Wire& has_callee() {
    Wire& callee = router.connect();
    callee.receives(R"([1,"realm1",{"roles":{"callee":{}},"authmethods":["ticket"],"authid":"ann"}])");
    callee.receives(R"([5,"anns-ticket",{}])");
    callee.receives(R"([64,1,{},"com.proc"])");
    return callee;
  }

  static constexpr std::string_view token_secret = "a secret of the issuer, long enough";
  SessionHarness router{with_logins()};
  http::Desk desk{router.worker()};
  http::Members members{desk};
};

TEST_F(KeptMembers, GiveWayToOneWhoComesIn) {
  http::Member* const joe = is_in("joe");
  EXPECT_EQ(comes("joe"), joe);
  http::Member* const ann = is_in("ann");
  EXPECT_EQ(is_in("ann"), ann);
  EXPECT_NE(is_in("joe"), joe);
}

TEST_F(KeptMembers, GiveNoWayToStrangers) {
  http::Member* const joe = is_in("joe");
  EXPECT_NE(comes("ann", "wrong"), nullptr);
  EXPECT_EQ(comes("ann", "wrong, too"), nullptr) << "strangers have no more room than others";
  turn(router.worker());
  EXPECT_EQ(comes("joe"), joe);
}

TEST_F(KeptMembers, MayAskHoweverManyRequestsOfStrangersWait) {
  http::Member* const joe = is_in("joe");
  http::Member* const stranger = comes("ann", "wrong");
  AskedExchange one, two;
  ask(*stranger, one, call_of("com.none"));
  ask(*stranger, two, call_of("com.none"));
  EXPECT_EQ(comes("ann", "wrong"), nullptr);
  EXPECT_EQ(comes("joe"), joe);
  sweeps(std::chrono::hours(1));
  EXPECT_EQ(one.answers + two.answers, 2);
}

TEST_F(KeptMembers, HaveTheRequestsThatTheyCameInWith) {
  http::Member* const joe = comes("joe");
  AskedExchange one, two;
  ask(*joe, one, call_of("com.none"));
  ask(*joe, two, call_of("com.none"));
  EXPECT_EQ(comes("joe"), nullptr);
  turn(router.worker());
  EXPECT_EQ(one.body, "wamp.error.no_such_procedure");
  EXPECT_EQ(two.answers, 1);
  EXPECT_EQ(comes("joe"), joe);
}

TEST_F(KeptMembers, WhoWaitForAnAnswerGiveNoWay) {
  Wire& callee = has_callee();
  http::Member* const joe = is_in("joe");
  AskedExchange waits, comes_too_late;
  ask(*joe, waits, call_of("com.proc"));
  turn(router.worker());
  http::Member* const ann = comes("ann");
  ask(*ann, comes_too_late, call_of("com.proc"));
  turn(router.worker());
  EXPECT_EQ(comes_too_late.body, "wamp.error.too_many_requests");
  EXPECT_EQ(comes("joe"), joe);
  callee.receives("[70,1,{}]");
  turn(router.worker());
  EXPECT_EQ(waits.status, 200);
}

TEST_F(KeptMembers, GoIfNothingIsAskedOfThemForAMinute) {
  http::Member* const joe = is_in("joe");
  sweeps(std::chrono::seconds(59));
  EXPECT_EQ(comes("joe"), joe);
  sweeps(std::chrono::seconds(61));
  EXPECT_NE(comes("joe"), joe);
}

TEST_F(KeptMembers, GoWhenTheirTokenExpires) {
  Wire& callee = has_callee();
  const http::Credentials joe{"realm1", "jwt", "",
                              test_support::sign_token(R"({"sub":"joe","exp":1000000020})", token_secret)};
  http::Member* const first = comes(joe);
  AskedExchange waits, comes_too_late;
  ask(*first, waits, call_of("com.proc"));
  turn(router.worker());
  EXPECT_THAT(callee.sent(), HasSubstr("[68,1,"));
  const auto passes = [this](std::chrono::seconds time) {
    router.passes(time);
    router.worker().sweep(router.worker().loop().now());
    turn(router.worker());
  };
  passes(std::chrono::seconds(19));
  EXPECT_EQ(comes(joe), first);
  EXPECT_EQ(waits.answers, 0);
  passes(std::chrono::seconds(1));
  EXPECT_EQ(waits.body, "wamp.error.unavailable");
  EXPECT_EQ(waits.answers, 1);
  callee.sent();
  passes(std::chrono::seconds(30));  // by which clocks may differ
  http::Member* const second = comes(joe);
  EXPECT_NE(second, first);
  ask(*second, comes_too_late, call_of("com.proc"));
  turn(router.worker());
  EXPECT_EQ(callee.sent(), "") << "the token opens no more";
}

TEST_F(KeptMembers, AreChargedForWhatTheyBring) {
  const std::string long_ticket(5000, 'x');
  const http::Member* const stranger = comes("ann", long_ticket);
  EXPECT_GT(stranger->account()->of(holding::session), sizeof(http::Member) + long_ticket.size());
}

}  // namespace
}  // namespace router
