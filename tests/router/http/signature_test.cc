// Signed requests, and nonces that are good once.
#include "router/http/forms/signature.h"

#include <gtest/gtest.h>

namespace router::http {
namespace {

using transport::Query;

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

using Verdict = Nonces::Verdict;
constexpr auto minute = std::chrono::minutes(1);

TEST(NoncesOfRequests, AreGoodOnceUntilTheirTimeIsOver) {
  Nonces nonces;
  EXPECT_EQ(nonces.use({"a", "of a", noon + minute}, noon), Verdict::fresh);
  EXPECT_EQ(nonces.use({"b", "of b", noon + minute}, noon), Verdict::fresh);
  EXPECT_EQ(nonces.use({"a", "of a", noon + 2 * minute}, noon + minute), Verdict::used);
  EXPECT_EQ(nonces.use({"a", "of a", noon + minute}, noon + 2 * minute), Verdict::used)
      << "clocks are set back";
  EXPECT_EQ(nonces.use({"c", "of c", noon + 4 * minute}, noon + 3 * minute), Verdict::fresh);
  EXPECT_EQ(nonces.size(), 1u);
}

TEST(NoncesOfRequests, AreGoodOnceWhateverElseIsSaidWithThem) {
  Nonces nonces;
  EXPECT_EQ(nonces.use({"a", "5", noon + minute}, noon), Verdict::fresh);
  EXPECT_EQ(nonces.use({"b", "5", noon + minute}, noon), Verdict::used) << "another body";
  EXPECT_EQ(nonces.use({"a", "15", noon + minute}, noon), Verdict::used) << "a digit of seq is in the nonce";
  EXPECT_EQ(nonces.use({"b", "6", noon + minute}, noon), Verdict::fresh);
  nonces.take_back({"a", "5", noon + minute});
  EXPECT_EQ(nonces.use({"c", "5", noon + minute}, noon), Verdict::fresh);
}

TEST(NoncesOfRequests, AreBoundedAndTellWhenThereIsRoom) {
  Nonces nonces(2);
  EXPECT_EQ(nonces.use({"a", "of a", noon + minute}, noon), Verdict::fresh);
  EXPECT_EQ(nonces.use({"b", "of b", noon + 2 * minute}, noon), Verdict::fresh);
  EXPECT_EQ(nonces.use({"c", "of c", noon + minute}, noon), Verdict::too_many);
  EXPECT_EQ(nonces.until_room(noon), 2 * minute);
  EXPECT_EQ(nonces.until_room(noon + 3 * minute), std::chrono::seconds(1));
  EXPECT_EQ(nonces.use({"b", "of b", noon + minute}, noon), Verdict::used);
  EXPECT_EQ(nonces.use({"c", "of c", noon + 4 * minute}, noon + 3 * minute), Verdict::fresh);
}

TEST(NoncesOfRequests, AreGoodAgainIfTheyAreTakenBack) {
  Nonces nonces(1);
  EXPECT_EQ(nonces.use({"a", "of a", noon + minute}, noon), Verdict::fresh);
  nonces.take_back({"a", "of a", noon + minute});
  nonces.take_back({"b", "of b", noon + minute});
  EXPECT_EQ(nonces.size(), 0u);
  EXPECT_EQ(nonces.use({"a", "of a", noon + minute}, noon), Verdict::fresh);
  EXPECT_EQ(nonces.use({"a", "of a", noon + minute}, noon), Verdict::used);
}

TEST(SignedRequests, AreRememberedByTheirSignatureAndNonceForAsLongAsTheirTimeIsGood) {
  config::BridgePath path{.realm = "realm1", .role = "web", .key = "joe", .secret = "secret"};
  const std::string time = "2026-11-30T12:00:00.0Z";
  const std::string signature = signature_of("secret", "joe", time, "1", "5", "body");
  const auto query = [&](const std::string& seq, const std::string& nonce) {
    return Query("key=joe&seq=" + seq + "&nonce=" + nonce + "&timestamp=" + time + "&signature=" + signature);
  };
  EXPECT_FALSE(check_signature(path, query("1", "5"), "body", noon));
  EXPECT_EQ(check_signature(path, query("1", "5"), "other", noon)->status, 401);
  EXPECT_EQ(check_signature(path, query("1", "5"), "body", noon + std::chrono::seconds(301))->status, 400);
  EXPECT_EQ(once_of(path, query("1", "5"), noon)->until, noon + std::chrono::seconds(300));
  path.timestamp_delta_limit_s = 0;
  EXPECT_EQ(once_of(path, query("1", "5"), noon)->signature, signature);
  EXPECT_EQ(once_of(path, query("1", "5"), noon)->nonce, "5");
  EXPECT_EQ(once_of(path, query("1", "5"), noon)->until, noon + std::chrono::hours(24));
  path.secret.clear();
  EXPECT_FALSE(once_of(path, query("1", "5"), noon));
}

TEST(SignedRequests, AreRefusedByTheirQueryAloneIfTheyCannotBeRight) {
  const config::BridgePath path{.realm = "realm1", .role = "web", .key = "joe", .secret = "secret"};
  const auto status = [&](const std::string& query) {
    const auto denial = check_signed_query(path, Query(query), noon);
    return denial ? denial->status : 0;
  };
  const std::string rest = "&seq=1&nonce=5&timestamp=2026-11-30T12:00:00.0Z";
  EXPECT_EQ(status("key=joe&signature=x" + rest), 0);
  EXPECT_EQ(status("key=jim&signature=x" + rest), 401);
  EXPECT_EQ(status("key=joe" + rest), 400);
  EXPECT_EQ(status("key=joe&signature=x&seq=1&nonce=5&timestamp=2026-11-30T11:00:00.0Z"), 400);
}

}  // namespace
}  // namespace router::http
