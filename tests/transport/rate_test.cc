// Token buckets, and connections that are read no faster than they allow.
#include "transport/connection/rate.h"

#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test_support::frame_bytes;
using test_support::RawClient;
namespace opcode = test_support::opcode;

const TokenBucket::Time start = TokenBucket::Time() + 1h;

TEST(ATokenBucket, HoldsOneSecondsWorth) {
  TokenBucket bucket(3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(bucket.empty(start));
    bucket.take(start, 1);
  }
  EXPECT_TRUE(bucket.empty(start));
}

TEST(ATokenBucket, FillsAsTimeGoesBy) {
  TokenBucket bucket(4);
  bucket.take(start, 4);
  EXPECT_EQ(bucket.refilled_at(), start + 250ms);
  EXPECT_FALSE(bucket.empty(start + 250ms));
  bucket.take(start + 250ms, 1);
  EXPECT_TRUE(bucket.empty(start + 250ms));
}

TEST(ATokenBucket, HoldsNoMoreHoweverLongNothingIsTaken) {
  TokenBucket bucket(2);
  bucket.take(start, 1);
  bucket.take(start + 24h, 2);
  EXPECT_TRUE(bucket.empty(start + 24h));
}

TEST(ATokenBucket, HasDebtsPaidFirst) {
  TokenBucket bucket(1000);
  bucket.take(start, 65'536);
  EXPECT_TRUE(bucket.empty(start + 64'535ms));
  EXPECT_FALSE(bucket.empty(start + 64'537ms));
}

TEST(ATokenBucket, WakesNobodyForEachOfMany) {
  TokenBucket bucket(1'000'000);
  bucket.take(start, 1'000'000);
  EXPECT_EQ(bucket.refilled_at(), start + 10ms);
}

TEST(ATokenBucket, WithoutARateIsNeverEmpty) {
  TokenBucket bucket(0);
  bucket.take(start, 1'000'000'000);
  EXPECT_FALSE(bucket.empty(start));
}

TEST(ARateMeter, GoesOnWhenBothBucketsAllowIt) {
  RateMeter meter({.messages_per_second = 10, .bytes_per_second = 1000});
  meter.take_bytes(start, 3000);
  for (int i = 0; i < 10; ++i) meter.take_message(start);
  EXPECT_TRUE(meter.over(start));
  EXPECT_EQ(meter.goes_on_at(start), start + 2s + 10ms);
}

TEST(Rates, TheLowerOfTwoHolds) {
  EXPECT_EQ(lower({10, 0}, {0, 5}), (Rate{10, 5}));
  EXPECT_EQ(lower({10, 7}, {20, 5}), (Rate{10, 5}));
  EXPECT_TRUE(lower({}, {}).unlimited());
}

// ---- connections

ConnectionLimits with(Rate rate) {
  ConnectionLimits limits = patient_limits();
  limits.max_rate = rate;
  return limits;
}

std::string texts(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += frame_bytes(opcode::text, "message " + std::to_string(i));
  return all;
}

// So slow that it is not read again in this test once it has sent one.
constexpr Rate nearly_nothing{.bytes_per_second = 1};
const std::string kilobyte(1000, 'x');

TEST(AConnectionOverItsRate, IsNotRead) {
  Server server(with(nearly_nothing));
  RawClient client = server.open();
  client.send_text(kilobyte);
  EXPECT_EQ(client.read_message(), kilobyte);
  client.send_text("more");
  server.settle();
  EXPECT_EQ(server.log.count("received more"), 0u);
}

TEST(AConnectionOverItsRate, GoesOnLaterAndLosesNothing) {
  Server server(with({.messages_per_second = 100}));
  RawClient client = server.open();
  client.send(texts(120));
  for (int i = 0; i < 120; ++i) ASSERT_EQ(client.read_message(), "message " + std::to_string(i));
}

TEST(AConnectionOverItsRate, StopsBetweenTwoMessagesOfOneRead) {
  size_t in_first_turn = 0;
  Server server;
  server.opened = [](Connection& c) { c.limit_rate({.messages_per_second = 2}); };
  server.turn_ended = [&] {
    if (in_first_turn > 0) return;
    for (const std::string& line : server.log.lines()) in_first_turn += line.starts_with("received") ? 1 : 0;
  };
  RawClient client = server.open();
  client.send(texts(3));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.read_message(), "message " + std::to_string(i));
  server.on_loop([&] { EXPECT_EQ(in_first_turn, 2u); });
}

TEST(AConnectionOverItsRate, MayBeOverItsBytes) {
  Server server(with({.bytes_per_second = 100'000'000}));
  RawClient client = server.open();
  const std::string big(10'000'000, 'x');
  for (int i = 0; i < 3; ++i) {
    client.send_text(big);
    EXPECT_TRUE(client.read_message() == big);
  }
}

TEST(AConnectionOverItsRate, StopsInTheMiddleOfABatch) {
  Server server(with({.messages_per_second = 50}));
  RawClient client = server.open("/", "batched.text");
  std::string batch;
  for (int i = 0; i < 60; ++i) batch += "message " + std::to_string(i) + "\x1e";
  client.send_text(batch);
  std::string got;
  while (got.size() < batch.size()) got += client.read_message();
  EXPECT_EQ(got, batch);
}

TEST(AConnectionOverItsRate, IsNotSilent) {
  Server server(with(nearly_nothing));
  RawClient client = server.open();
  client.send_text(kilobyte);
  EXPECT_EQ(client.read_message(), kilobyte);
  server.on_loop([&] {
    server.sweep_now(2h);
    server.sweep_now(5h);
  });
  EXPECT_EQ(server.log.count("destroyed"), 0u);
}

TEST(AConnectionOverItsRate, CanBeClosed) {
  Server server(with(nearly_nothing));
  RawClient client = server.open();
  client.send_text(kilobyte);
  EXPECT_EQ(client.read_message(), kilobyte);
  client.send_frame(opcode::close, "");
  server.on_loop([&] { server.connection().close(close_code::normal, "done"); });
  EXPECT_EQ(client.read_frame().close_code(), 1000);
  EXPECT_TRUE(client.ended());
}

TEST(AConnectionOverItsRate, MayBeDestroyedWithItsLoop) {
  Server server(with(nearly_nothing));
  RawClient client = server.open();
  client.send_text(kilobyte);
  EXPECT_EQ(client.read_message(), kilobyte);
  server.destroy_loop();
  EXPECT_EQ(server.log.count("destroyed"), 1u);
}

TEST(AConnectionOverItsRate, ThatIsLostIsGone) {
  Server server(with(nearly_nothing));
  RawClient client = server.open();
  client.send_text(kilobyte);
  EXPECT_EQ(client.read_message(), kilobyte);
  server.on_loop([&] { server.connection().close(close_code::normal, "done"); });
  client.reset();
  ASSERT_TRUE(server.log.has("destroyed"));
  while (server.held_connections() > 0) server.settle();
}

TEST(AConnection, TakesItsTurnsWithALargeBatch) {
  size_t turns = 0;
  Server server;
  server.received = [](Connection&, const std::string&) {};
  server.turn_ended = [&] { turns += server.log.count("received one of many") > 0 ? 1 : 0; };
  RawClient client = server.open("/", "batched.text");
  std::string batch;
  while (batch.size() < 1'000'000) batch += "one of many\x1e";
  batch += "the last";
  client.send_text(batch);
  client.send_text("behind it");
  ASSERT_TRUE(server.log.has("received behind it"));
  EXPECT_EQ(server.log.lines().back(), "received behind it");
  server.on_loop([&] { EXPECT_GT(turns, 10u); });
}

}  // namespace
}  // namespace transport
