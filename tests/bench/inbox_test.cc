#include "client/wire/inbox.h"

#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "client/wire/outbox.h"

namespace wire {

namespace {

struct Pair {
  Pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
      throw std::runtime_error("socketpair");
    here = Stream(Fd(ends[0]));
    there = Stream(Fd(ends[1]));
  }

  void say(const std::string& text) { ASSERT_EQ(there.write(text.data(), text.size()), ssize(text)); }
  static ssize_t ssize(const std::string& text) { return static_cast<ssize_t>(text.size()); }

  Stream here, there;
};

std::string text(const Inbox& inbox) {
  return {inbox.bytes().data(), inbox.bytes().size()};
}

TEST(Inbox, WhatIsNotDealtWithStandsBeforeWhatComesNext) {
  Pair pair;
  Inbox inbox;
  std::vector<char> shared;
  pair.say("one two");
  EXPECT_EQ(inbox.read(pair.here, shared), 7);
  inbox.consume(4);
  pair.say(" three");
  EXPECT_EQ(inbox.read(pair.here, shared), 6);
  EXPECT_EQ(text(inbox), "two three");
  inbox.consume(9);
  pair.say("four");
  EXPECT_EQ(inbox.read(pair.here, shared), 4);
  EXPECT_EQ(text(inbox), "four");
}

TEST(Inbox, TwoConnectionsShareABuffer) {
  Pair first, second;
  Inbox of_first, of_second;
  std::vector<char> shared;
  first.say("abc");
  of_first.read(first.here, shared);
  of_first.consume(1);
  second.say("xyz");
  of_second.read(second.here, shared);
  of_second.consume(1);
  first.say("d");
  of_first.read(first.here, shared);
  EXPECT_EQ(text(of_first), "bcd");
}

TEST(Inbox, NothingIsLostWhenNothingComes) {
  Pair pair;
  Inbox inbox;
  std::vector<char> shared;
  pair.say("abc");
  inbox.read(pair.here, shared);
  inbox.consume(1);
  EXPECT_EQ(inbox.read(pair.here, shared), -1);
  pair.say("d");
  inbox.read(pair.here, shared);
  EXPECT_EQ(text(inbox), "bcd");
}

TEST(Inbox, ALongMessageComesInPieces) {
  std::string message;
  for (int i = 0; message.size() < 3'000'000; ++i) message += std::to_string(i);
  Pair pair;
  Inbox inbox;
  Outbox outbox;
  std::vector<char> shared;
  outbox.bytes() = message;
  outbox.bytes().append("short");
  while (!outbox.empty() || inbox.bytes().size() < message.size() + 5) {
    ASSERT_TRUE(outbox.send(pair.there));
    if (inbox.read(pair.here, shared) > 0 && inbox.bytes().size() < message.size() + 5) inbox.consume(0);
  }
  EXPECT_EQ(text(inbox), message + "short");
  inbox.consume(message.size());
  pair.say("!");
  inbox.read(pair.here, shared);
  EXPECT_EQ(text(inbox), "short!");
}

TEST(Outbox, TellsThatTheConnectionIsBroken) {
  Pair pair;
  Outbox outbox;
  outbox.bytes() = "abc";
  pair.there = Stream();
  EXPECT_FALSE(outbox.send(pair.here));
}

TEST(Outbox, WhatIsAddedMeanwhileFollows) {
  Pair pair;
  Outbox outbox;
  const std::string first(1'000'000, 'a');
  outbox.bytes() = first;
  ASSERT_TRUE(outbox.send(pair.there));
  ASSERT_FALSE(outbox.empty());
  outbox.bytes().append("b");
  std::string received;
  for (std::string piece(65536, '\0'); received.size() <= first.size();) {
    const ssize_t size = pair.here.read(piece.data(), piece.size());
    if (size > 0) received.append(piece, 0, static_cast<size_t>(size));
    ASSERT_TRUE(outbox.send(pair.there));
  }
  EXPECT_EQ(received, first + "b");
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.size(), 0u);
}

}  // namespace

}  // namespace wire
