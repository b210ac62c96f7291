// What nodes say to all and to one.
#include <gtest/gtest.h>

#include "router/cluster/bytes/bytes.h"
#include "tests/cluster/nats/slow_way.h"
#include "tests/cluster/nats/station.h"

namespace cluster_nats {
namespace {

class Said : public testing::Test {
 protected:
  void SetUp() override {
    if (!NatsServers::is_there()) GTEST_SKIP() << "no nats-server";
    servers.emplace();
    a.emplace(turns, servers->settings("a"));
    b.emplace(turns, servers->settings("b"));
    ASSERT_TRUE(a->connects() && b->connects());
    // The other one's subscriptions are there when it hears what comes by them.
    ASSERT_TRUE(turns.until([&] {
      a->backbone->announce(heartbeat("a", 0));
      a->backbone->send("b", letter("a", "b", 0, ""));
      b->backbone->announce(heartbeat("b", 0));
      return !b->announced.empty() && !b->letters.empty() && !a->announced.empty();
    }));
  }

  std::optional<NatsServers> servers;
  Turns turns;
  std::optional<Station> a, b;
};

TEST_F(Said, ByTwoBackbonesIsHeardByEachOther) {
  EXPECT_EQ(encode(b->announced.front()), encode(heartbeat("a", 0)));
  EXPECT_EQ(encode(a->announced.front()), encode(heartbeat("b", 0))) << "and not what it has said itself";
}

TEST_F(Said, ToAllComesInItsOrder) {
  std::vector<std::string> all;
  for (uint64_t i = 1; i <= 300; ++i) {
    const Announcement said = i % 3 == 0 ? Announcement(heartbeat("a", i)) : Announcement(facts("a", i));
    all.push_back(encode(said));
    a->backbone->announce(said);
    if (i % 7 == 0) turns.loop().io().poll();
  }
  ASSERT_TRUE(turns.until([&] { return encode(b->announced.back()) == all.back(); }));
  std::vector<std::string> heard;
  for (const Announcement& said : b->announced) heard.push_back(encode(said));
  std::erase(heard, encode(heartbeat("a", 0)));
  EXPECT_EQ(heard, all);
}

TEST_F(Said, ToAllMayBeLongerThanAMessage) {
  FactsChanged said = facts("a", 1);
  for (uint32_t i = 0; i < 5'000; ++i)
    said.changes.push_back({{Fact::Kind::subscribers, name("com.example.topic" + std::to_string(i))}, i});
  a->backbone->announce(said);
  EXPECT_TRUE(turns.until([&] { return encode(b->announced.back()) == encode(Announcement(said)); }));
}

TEST_F(Said, ToOneComesWholeAndInItsOrder) {
  b->letters.clear();
  uint64_t number = 0;
  // Of all lengths, up to many messages; several in a turn.
  for (const size_t size :
       std::initializer_list<size_t>{10, 1'000, 60'000, 65'000, 70'000, 3, 300'000, 5'000'000, 1})
    for (int i = 0; i < 3; ++i) {
      ++number;
      a->backbone->send("b",
                        letter("a", "b", number, std::string(size, static_cast<char>('a' + number % 26))));
    }
  ASSERT_TRUE(turns.until(
      [&] { return !b->letters.empty() && std::get<Mail>(b->letters.back().content).number == number; }));
  std::erase_if(b->letters, [](const Letter& letter) { return std::get<Mail>(letter.content).number == 0; });
  ASSERT_EQ(b->letters.size(), number);
  size_t bytes = 0;
  for (uint64_t i = 1; i <= number; ++i) {
    const Mail& mail = std::get<Mail>(b->letters[i - 1].content);
    EXPECT_EQ(mail.number, i);
    const auto& text = std::get<std::string>(mail.content);
    EXPECT_EQ(text.find_first_not_of(static_cast<char>('a' + i % 26)), std::string::npos);
    bytes += text.size();
  }
  EXPECT_EQ(bytes, 3u * (10 + 1'000 + 60'000 + 65'000 + 70'000 + 3 + 300'000 + 5'000'000 + 1));
  EXPECT_EQ(a->backbone->dropped(), 0u);
}

TEST_F(Said, ToOneIsDroppedBeforeItTakesAllMemory) {
  const std::string megabyte(1024 * 1024, 'a');
  for (uint64_t i = 1; i <= 100; ++i) a->backbone->send("b", letter("a", "b", i, megabyte));
  EXPECT_GT(a->backbone->dropped(), 0u);
  EXPECT_LT(a->backbone->dropped(), 100u);
}

TEST_F(Said, ToOneAsASnapshotHasAllItsPartsAtOnce) {
  constexpr uint64_t parts = 40;
  b->letters.clear();
  // A megabyte and more each.
  std::vector<Change> changes;
  for (uint32_t i = 0; i < 20; ++i)
    changes.push_back({{Fact::Kind::subscribers, name(std::string(60'000, static_cast<char>('a' + i)))}, i});
  for (uint64_t part = 0; part < parts; ++part)
    a->backbone->send(
        "b", {{"a", 1}, {"b", 1}, Snapshot{.number = 1, .changes = changes, .part = part, .is_last = false}});
  EXPECT_EQ(a->backbone->dropped(), 0u);
  EXPECT_TRUE(turns.until([&] { return b->letters.size() == parts; }));
}

TEST_F(Said, ToOneOnASlowWayComesAllTheSame) {
  // What the connection says to itself is behind all this, seconds later.
  SlowWay way(turns, servers->port(0));
  NatsSettings settings = servers->settings("slow");
  settings.urls = {"nats://127.0.0.1:" + std::to_string(way.port())};
  Station slow(turns, settings);
  ASSERT_TRUE(slow.connects());
  b->letters.clear();
  constexpr uint64_t many = 25;
  for (uint64_t i = 1; i <= many; ++i)
    slow.backbone->send("b", letter("slow", "b", i, std::string(1024 * 1024, 'a')));
  ASSERT_TRUE(turns.until([&] { return b->letters.size() == many || !slow.backbone->is_connected(); }));
  EXPECT_TRUE(slow.backbone->is_connected());
  EXPECT_EQ(b->letters.size(), many);
}

TEST_F(Said, ToANodeWithAWrongNameGoesNowhere) {
  a->backbone->send("b\r\nPUB x 0\r\n\r\n", letter("a", "b", 1, "text"));
  a->backbone->send("b", letter("a", "b", 2, "text"));
  EXPECT_TRUE(turns.until([&] { return std::get<Mail>(b->letters.back().content).number == 2; }));
}

}  // namespace
}  // namespace cluster_nats
