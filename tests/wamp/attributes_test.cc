#include "wamp/attributes.h"

#include <cmath>

#include <gtest/gtest.h>

#include "wamp/features.h"

namespace wamp {
namespace {

TEST(Attributes, TakeAbsentAndNullAsTheFallback) {
  const Dict dict{{"acknowledge", Value()}};
  Attributes attributes(dict, "PUBLISH.Options");
  EXPECT_TRUE(attributes.boolean("acknowledge", true));
  EXPECT_FALSE(attributes.boolean("exclude_me", false));
  EXPECT_FALSE(attributes.error());
}

TEST(Attributes, RefuseAnIntegerInPlaceOfABoolean) {
  const Dict dict{{"acknowledge", 1}};
  Attributes attributes(dict, "PUBLISH.Options");
  EXPECT_FALSE(attributes.boolean("acknowledge", false));
  ASSERT_TRUE(attributes.error());
  EXPECT_EQ(attributes.error()->message, "PUBLISH.Options.acknowledge: expected a boolean, got an integer");
}

TEST(Attributes, KeepTheFirstError) {
  const Dict dict{{"a", "text"}, {"b", true}};
  Attributes attributes(dict, "X");
  attributes.integer("a");
  attributes.string("b");
  EXPECT_EQ(attributes.error()->message, "X.a: expected a non-negative integer, got a string");
}

TEST(Attributes, WantListsOfOneKind) {
  const Dict dict{{"good", List{1, 2}}, {"bad", List{1, "two"}}, {"negative", List{-1}}};
  Attributes attributes(dict, "X");
  ASSERT_NE(attributes.id_list("good"), nullptr);
  EXPECT_FALSE(attributes.error());
  EXPECT_EQ(attributes.id_list("bad"), nullptr);
  EXPECT_TRUE(attributes.error());
  EXPECT_FALSE(attributes.error()->is_refusable);
  Attributes again(dict, "X");
  EXPECT_EQ(again.id_list("negative"), nullptr);
  EXPECT_TRUE(again.error()->is_refusable);
}

TEST(Attributes, ThatAreNegativeHaveTheRightType) {
  const Dict dict{{"timeout", -1}, {"names", List{-1}}};
  Attributes attributes(dict, "X");
  EXPECT_EQ(attributes.integer("timeout"), std::nullopt);
  EXPECT_EQ(attributes.error()->message, "X.timeout: expected a non-negative integer, got a negative one");
  EXPECT_TRUE(attributes.error()->is_refusable);
  Attributes again(dict, "X");
  EXPECT_EQ(again.string_list("names"), nullptr);
  EXPECT_FALSE(again.error()->is_refusable);
}

TEST(Attributes, TakeAFloatForAnIdIfItHasTheValueOfOne) {
  EXPECT_EQ(as_id(Value(7)), 7u);
  EXPECT_EQ(as_id(Value(9007199254740992.0)), 9007199254740992u);
  for (const double odd : {-1.0, 0.5, 9007199254740994.0, 1e300, std::nan(""), HUGE_VAL})
    EXPECT_FALSE(as_id(Value(odd))) << odd;
  EXPECT_FALSE(as_id(Value("7")));
}

TEST(Dict, OfAKeyThatCameTwiceTheLastCounts) {
  Dict dict;
  dict.append("a", 1);
  dict.append("a", 2);
  EXPECT_EQ(*dict.find("a"), Value(2));
}

TEST(ClientFeatures, AreReadFromTheRoles) {
  const auto features = client_features(Dict{
      {"roles", Dict{{"callee", Dict{{"features", Dict{{"call_cancelling", true}, {"unheard_of", "x"}}}}},
                     {"caller", Dict{}},
                     {"observer", 17}}}});
  ASSERT_TRUE(features);
  EXPECT_TRUE(features->has(Role::callee));
  EXPECT_TRUE(features->has(Role::caller));
  EXPECT_FALSE(features->has(Role::publisher));
  EXPECT_TRUE(features->callee_call_canceling);
}

TEST(ClientFeatures, MalformedAnnouncementsAreProtocolErrors) {
  const Dict malformed[] = {
      Dict{},
      Dict{{"roles", List{"caller"}}},
      Dict{{"roles", Dict{}}},
      Dict{{"roles", Dict{{"observer", Dict{}}}}},
      Dict{{"roles", Dict{{"caller", true}}}},
      Dict{{"roles", Dict{{"caller", Dict{{"features", List{}}}}}}},
      Dict{{"roles", Dict{{"callee", Dict{{"features", Dict{{"call_canceling", 1}}}}}}}},
  };
  for (const Dict& details : malformed) EXPECT_FALSE(client_features(details));
}

TEST(ClientFeatures, OfTheWrongTypeAreToldWithTheirPlace) {
  const auto wrong_features = client_features(Dict{{"roles", Dict{{"caller", Dict{{"features", List{}}}}}}});
  EXPECT_EQ(wrong_features.error().message,
            "HELLO.Details.roles.caller.features: expected a dictionary, got a list");
  const auto wrong_one =
      client_features(Dict{{"roles", Dict{{"callee", Dict{{"features", Dict{{"call_canceling", 1}}}}}}}});
  EXPECT_EQ(wrong_one.error().message,
            "HELLO.Details.roles.callee.features.call_canceling: expected a boolean, got an integer");
}

}  // namespace
}  // namespace wamp
