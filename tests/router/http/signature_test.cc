// Signed requests, and nonces that are good once.
#include "router/http/forms/signature.h"

#include <gtest/gtest.h>

namespace router::http {
namespace {

const WallTime noon = *read_timestamp("2026-11-30T12:00:00.000000Z");

TEST(Timestamps, AreUtcWithAFractionOfASecond) {
  EXPECT_EQ(*read_timestamp("2026-11-30T12:00:01.5Z") - noon, std::chrono::milliseconds(1500));
  EXPECT_EQ(*read_timestamp("2026-12-01T00:00:00.000001Z") - noon,
            std::chrono::hours(12) + std::chrono::microseconds(1));
  for (const char* wrong :
       {"", "2026-11-30", "2026-11-30T12:00:00Z", "2026-11-30T12:00:00.Z", "2026-11-30T12:00:00.1234567Z",
        "2026-11-30T12:00:00.1", "2026-11-30T12:00:00.1Zx", "2026-02-30T12:00:00.1Z",
        "2026-13-01T12:00:00.1Z", "2026-11-30T24:00:00.1Z", "2026-11-30T12:60:00.1Z",
        "2026-11-30 12:00:00.1Z", "-026-11-30T12:00:00.1Z", "2026-11-30T12:00:00.-1Z"})
    EXPECT_FALSE(read_timestamp(wrong)) << wrong;
}

TEST(Signatures, AreThoseOfCrossbarsClients) {
  // Made with Python's hmac and base64.urlsafe_b64encode.
  EXPECT_EQ(signature_of("secret", "joe", "2026-11-30T12:00:00.000Z", "1", "2", "{}"),
            "9x1yjABO3APghcNaCNk4Yv0XFENBGjQ5x9Cla_wDAgc=");
}

TEST(NoncesOfRequests, AreGoodOnceUntilTheirTimeIsOver) {
  Nonces nonces;
  const auto minute = std::chrono::minutes(1);
  EXPECT_EQ(nonces.use("a", noon, noon + minute), Nonces::Verdict::fresh);
  EXPECT_EQ(nonces.use("b", noon, noon + minute), Nonces::Verdict::fresh);
  EXPECT_EQ(nonces.use("a", noon + minute, noon + 2 * minute), Nonces::Verdict::used);
  EXPECT_EQ(nonces.use("c", noon + 2 * minute, noon + 3 * minute), Nonces::Verdict::fresh);
  EXPECT_EQ(nonces.size(), 1u);
}

TEST(NoncesOfRequests, AreBounded) {
  Nonces nonces(2);
  const auto minute = std::chrono::minutes(1);
  EXPECT_EQ(nonces.use("a", noon, noon + minute), Nonces::Verdict::fresh);
  EXPECT_EQ(nonces.use("b", noon, noon + 2 * minute), Nonces::Verdict::fresh);
  EXPECT_EQ(nonces.use("c", noon, noon + minute), Nonces::Verdict::too_many);
  EXPECT_EQ(nonces.use("b", noon, noon + minute), Nonces::Verdict::used);
  EXPECT_EQ(nonces.use("c", noon + 2 * minute, noon + 3 * minute), Nonces::Verdict::fresh);
}

TEST(SignedRequestsOfPaths, HaveNoncesOfTheirOwn) {
  const config::BridgePath path{.realm = "realm1", .role = "web", .key = "joe", .secret = "secret"};
  const std::string time = "2026-11-30T12:00:00.0Z";
  const Query query("key=joe&seq=1&nonce=5&timestamp=" + time +
                    "&signature=" + signature_of("secret", "joe", time, "1", "5", "body"));
  Nonces nonces;
  EXPECT_FALSE(check_signature(path, "/a", query, "body", noon, nonces));
  EXPECT_FALSE(check_signature(path, "/b", query, "body", noon, nonces));
  EXPECT_EQ(check_signature(path, "/a", query, "body", noon, nonces)->status, 401);
  EXPECT_EQ(check_signature(path, "/a", query, "body", noon + std::chrono::seconds(301), nonces)->status,
            400);
}

TEST(Queries, AreDecodedAsFormsAre) {
  const Query query("a=1&b=%20%2B+x&b=2&c&=e&d=%zz%4&e=%00");
  EXPECT_EQ(*query.find("a"), "1");
  EXPECT_EQ(*query.find("b"), " + x");
  EXPECT_EQ(query.all("b"), (std::vector<std::string>{" + x", "2"}));
  EXPECT_EQ(*query.find("c"), "");
  EXPECT_EQ(*query.find("d"), "%zz%4");
  EXPECT_EQ(*query.find("e"), std::string(1, '\0'));
  EXPECT_EQ(query.find("f"), nullptr);
}

}  // namespace
}  // namespace router::http
