#include "client/login/joining.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client {
namespace {

using testing::HasSubstr;

std::string no_binding(std::string_view) {
  return {};
}

Options with_ticket() {
  Options options;
  options.realm = "somewhere";
  options.login.authid = "joe";
  options.login.ticket = "secret";
  return options;
}

const wamp::Challenge asks_for_ticket{"ticket", {}};

TEST(Joining, HelloSaysWhereToAndWhoItIs) {
  Options options = with_ticket();
  options.hello_details.set("resumable", true);
  const wamp::Hello hello = Joining(options).hello({{"caller", wamp::Dict{}}}, "a tester");
  EXPECT_EQ(hello.realm, "somewhere");
  const wamp::Dict expected = {{"resumable", true},
                               {"roles", wamp::Dict{{"caller", wamp::Dict{}}}},
                               {"agent", "a tester"},
                               {"authmethods", wamp::List{"ticket"}},
                               {"authid", "joe"}};
  EXPECT_EQ(hello.details, expected);
}

TEST(Joining, AnswersOneChallenge) {
  const Options options = with_ticket();
  Joining joining(options);
  const auto answer = joining.answer(asks_for_ticket, no_binding);
  ASSERT_TRUE(std::holds_alternative<wamp::Authenticate>(answer));
  EXPECT_EQ(std::get<wamp::Authenticate>(answer).signature, "secret");
  EXPECT_FALSE(joining.refuse(wamp::Welcome{wamp::SessionId(1), {}}));
  const auto second = joining.answer(asks_for_ticket, no_binding);
  ASSERT_TRUE(std::holds_alternative<Joining::Refusal>(second));
  EXPECT_EQ(std::get<Joining::Refusal>(second).kind, EndKind::protocol_error);
  EXPECT_EQ(std::get<Joining::Refusal>(second).reason, "wamp.error.protocol_violation");
}

TEST(Joining, RefusesARouterThatAsksForSomethingElse) {
  const Options options = with_ticket();
  const auto answer = Joining(options).answer({"wampcra", {}}, no_binding);
  ASSERT_TRUE(std::holds_alternative<Joining::Refusal>(answer));
  EXPECT_EQ(std::get<Joining::Refusal>(answer).kind, EndKind::login_refused);
  EXPECT_THAT(std::get<Joining::Refusal>(answer).text, HasSubstr("wampcra"));
}

TEST(Joining, RefusesARouterThatAsksForNoProof) {
  const Options options = with_ticket();
  const auto refusal = Joining(options).refuse({wamp::SessionId(1), {}});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, EndKind::login_refused);
  EXPECT_EQ(refusal->reason, "wamp.error.authentication_failed");
  const Options anonymous;
  EXPECT_FALSE(Joining(anonymous).refuse({wamp::SessionId(1), {}}));
}

}  // namespace
}  // namespace client
