// What programs read of what may be called.
#include "router/http/openapi.h"

#include <gtest/gtest.h>

#include "serializers/serializer.h"

namespace router::http {
namespace {

using wamp::Dict;
using wamp::List;
using wamp::Value;

Dict described(const std::vector<std::string>& methods) {
  config::AuthMethods auth;
  for (const std::string& method : methods) auth.emplace(method, config::AuthMethod());
  const std::string text = openapi_text("/api", auth, {"com.add"});
  const auto read = serializers::decode_json(text);
  EXPECT_TRUE(read) << text;
  return read ? *read->get<Dict>() : Dict();
}

const Value* schemes_of(const Dict& description) {
  return description.find("components")->get<Dict>()->find("securitySchemes");
}

TEST(OpenApi, SaysHowClientsLogInAndThatAllRequestsNeedIt) {
  const Dict bearer{{"type", "http"}, {"scheme", "bearer"}}, basic{{"type", "http"}, {"scheme", "basic"}};
  const Value by_bearer = Dict{{"bearer", List()}}, by_basic = Dict{{"basic", List()}}, by_nothing = Dict();
  const Dict by_token = described({"jwt"});
  EXPECT_EQ(*by_token.find("security"), Value(List{by_bearer}));
  EXPECT_EQ(*schemes_of(by_token), Value(Dict{{"bearer", bearer}}));
  const Dict by_ticket = described({"jwt", "ticket"});
  EXPECT_EQ(*by_ticket.find("security"), Value(List{by_bearer, by_basic}));
  EXPECT_EQ(*schemes_of(by_ticket), Value(Dict{{"bearer", bearer}, {"basic", basic}}));
  EXPECT_EQ(*described({"anonymous", "ticket"}).find("security"),
            Value(List{by_bearer, by_basic, by_nothing}))
      << "who gives nothing is anonymous";
}

TEST(OpenApi, SaysNothingOfLoginsWhereNobodyLogsIn) {
  for (const auto& methods : {std::vector<std::string>{}, {"anonymous"}}) {
    const Dict open = described(methods);
    EXPECT_EQ(open.find("security"), nullptr);
    EXPECT_EQ(schemes_of(open), nullptr);
    EXPECT_NE(open.find("paths")->get<Dict>()->find("/call/com.add"), nullptr);
  }
}

}  // namespace
}  // namespace router::http
