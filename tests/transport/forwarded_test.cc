#include "transport/proxy/forwarded.h"

#include <gtest/gtest.h>

namespace transport {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

HttpRequest from(const std::string& peer, Headers headers) {
  HttpRequest request;
  request.peer_address = peer;
  request.headers = std::move(headers);
  return request;
}

AddressRanges proxies() {
  AddressRanges trusted;
  trusted.add("10.0.0.0/8");
  trusted.add("::1");
  return trusted;
}

// The client's address, with "+" if the request is secure; the refusal's status.
std::string client(HttpRequest request) {
  if (const auto refusal = apply_forwarding(request, proxies())) return std::to_string(refusal->status);
  return request.peer_address + (request.secure ? "+" : "");
}
std::string behind(Headers headers) {
  return client(from("10.0.0.1:5", std::move(headers)));
}

TEST(Forwarded, IsBelievedOfATrustedProxyOnly) {
  EXPECT_EQ(behind({{"x-forwarded-for", "203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(client(from("11.0.0.1:5", {{"x-forwarded-for", "203.0.113.7"}, {"x-forwarded-proto", "https"}})),
            "11.0.0.1:5");
  EXPECT_EQ(behind(Headers{}), "10.0.0.1:5");
}

TEST(Forwarded, NamesTheLastClientThatIsNoTrustedProxy) {
  EXPECT_EQ(behind({{"x-forwarded-for", "1.1.1.1, 203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(behind({{"x-forwarded-for", "1.1.1.1,203.0.113.7 , 10.9.9.9"}}), "203.0.113.7");
  EXPECT_EQ(behind({{"x-forwarded-for", "1.1.1.1"}, {"x-forwarded-for", "203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(behind({{"x-forwarded-for", "10.1.1.1, 10.2.2.2"}}), "10.1.1.1");
}

TEST(Forwarded, EndsAtWhatIsNoAddress) {
  EXPECT_EQ(behind({{"x-forwarded-for", "203.0.113.7, unknown"}}), "10.0.0.1:5");
  EXPECT_EQ(behind({{"x-forwarded-for", "203.0.113.7, unknown, 10.3.3.3"}}), "10.3.3.3");
  EXPECT_EQ(behind({{"x-forwarded-for", ""}}), "10.0.0.1:5");
  EXPECT_EQ(behind({{"x-forwarded-for", ",,"}}), "10.0.0.1:5");
}

TEST(Forwarded, MayHavePortsAndIpv6) {
  EXPECT_EQ(behind({{"x-forwarded-for", "203.0.113.7:99"}}), "203.0.113.7:99");
  EXPECT_EQ(behind({{"x-forwarded-for", "2001:db8::1"}}), "[2001:db8::1]");
  EXPECT_EQ(behind({{"x-forwarded-for", "[2001:db8::1]:99"}}), "[2001:db8::1]:99");
}

TEST(Forwarded, IsUnderstoodAsTheRfcHasIt) {
  EXPECT_EQ(behind({{"forwarded", "for=203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(behind({{"forwarded", "For=1.1.1.1, by=10.0.0.2; FOR=\"[2001:db8::1]:99\";proto=https"}}),
            "[2001:db8::1]:99+");
  EXPECT_EQ(behind({{"forwarded", "for=203.0.113.7, for=10.4.4.4"}}), "203.0.113.7");
  EXPECT_EQ(behind({{"forwarded", "for=_hidden"}}), "10.0.0.1:5");
  for (const char* strange : {"for", "for=", "=", ";", "for=\"", "for=\"\"", "\"for=1.1.1.1", "fort=1.1.1.1"})
    EXPECT_EQ(behind({{"forwarded", strange}}), "10.0.0.1:5") << strange;
}

TEST(Forwarded, TellsWhetherTheClientSpokeTls) {
  EXPECT_EQ(behind({{"x-forwarded-for", "203.0.113.7"}, {"x-forwarded-proto", "https"}}), "203.0.113.7+");
  EXPECT_EQ(behind({{"x-forwarded-for", "203.0.113.7"}, {"x-forwarded-proto", "https, http"}}),
            "203.0.113.7");
  HttpRequest secure = from("10.0.0.1:5", {{"x-forwarded-for", "203.0.113.7"}});
  secure.secure = true;
  EXPECT_EQ(client(secure), "203.0.113.7+");
}

// The proxy sets one of them; the other one is the client's word.
TEST(Forwarded, IsRefusedInTwoForms) {
  EXPECT_EQ(behind({{"x-forwarded-for", "1.1.1.1"}, {"forwarded", "for=1.1.1.1"}}), "400");
  EXPECT_EQ(client(from("8.8.8.8:1", {{"x-forwarded-for", "1.1.1.1"}, {"forwarded", "for=2.2.2.2"}})),
            "8.8.8.8:1");
}

}  // namespace
}  // namespace transport
