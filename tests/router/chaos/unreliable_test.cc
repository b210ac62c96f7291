// What becomes of the messages between a connection and its session when something goes wrong. Chance is that
// of the plan's certainties, or passed in; so is the time.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/chaos/unreliable_receiver.h"
#include "tests/router/chaos/numbers.h"
#include "tests/router/support/queued_connection.h"

namespace router::chaos {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view call = R"([48,1,{},"com.a"])", yield = "[70,1,{}]",
                           error = R"([8,68,1,{},"com.e"])";

// The session, as far as it is seen from here.
struct Session : transport::Receiver {
  struct Seen {
    transport::Connection* connection = nullptr;
    std::vector<std::string> messages;
    std::vector<std::string> ends;
    int kills = 0, alive = 0;
  };
  explicit Session(Seen& all) : seen(all) {}
  void on_open(transport::Connection& connection) override { seen.connection = &connection; }
  void on_message(std::span<char> message) override {
    seen.messages.emplace_back(message.data(), message.size());
  }
  void on_alive() override { ++seen.alive; }
  void on_closed(const transport::CloseReason& reason) override { seen.ends.push_back(reason.text); }

  Seen& seen;
};

struct Real final : QueuedConnection {
  Real() : QueuedConnection("127.0.0.1:1", SIZE_MAX) {}
  void close(uint16_t, std::string_view reason) override { sent("close " + std::string(reason)); }
  void drop(std::string why) override { dropped = std::move(why); }
  void probe() override { ++probes; }
  bool peer_has_left() override { return has_left; }
  void sent(const std::string& text) { QueuedConnection::send(transport::Buffer::of(text)); }
  std::vector<std::string> heard() {
    std::vector<std::string> all;
    while (waiting() > 0) {
      const transport::BufferRef frame = read();
      all.emplace_back(frame->view());
    }
    return all;
  }

  std::string dropped;
  int probes = 0;
  bool has_left = false;
};

class Unreliable : public testing::Test {
 protected:
  // Numbers of chance are 0 where it is not said otherwise.
  void begin(
      const Plan& plan, Chance to_client = [] { return 0.0; }) {
    receiver_ = std::make_unique<UnreliableReceiver>(UnreliableReceiver::Parts{
        std::make_unique<Session>(session), [this] { ++session.kills; }, serializers::Format::json,
        Fate(
            plan, [] { return 0.0; }, std::move(to_client)),
        1, counters, [this] { return router_ends; },
        [this](milliseconds delay, std::function<void()> work) {
          due_.emplace(now_ + delay, std::move(work));
        }});
    receiver_->on_open(real);
  }
  void comes(std::string_view text) {
    std::string bytes(text);
    receiver_->on_message(bytes);
  }
  void sends(std::string_view text) { session.connection->send(transport::Buffer::of(text)); }
  // All that is due by then is done.
  void passes(milliseconds time) {
    const milliseconds end = now_ + time;
    while (!due_.empty() && due_.begin()->first <= end) {
      now_ = due_.begin()->first;
      due_.extract(due_.begin()).mapped()();
    }
    now_ = end;
  }
  void connection_ends(const std::string& why) {
    receiver_->on_closed({0, true, why});
    receiver_.reset();
  }
  UnreliableReceiver& receiver() { return *receiver_; }

  Session::Seen session;
  Real real;
  WorkerCounters counters;
  bool router_ends = false;

 private:
  milliseconds now_{0};
  std::multimap<milliseconds, std::function<void()>> due_;
  std::unique_ptr<UnreliableReceiver> receiver_;
};

TEST_F(Unreliable, WithoutFaultsAllGoesThrough) {
  begin({});
  comes(call);
  comes(yield);
  sends("a");
  receiver().on_alive();
  EXPECT_THAT(session.messages, ElementsAre(call, yield));
  EXPECT_EQ(session.alive, 1);
  EXPECT_THAT(real.heard(), ElementsAre("a"));
  session.connection->close(1000, "bye");
  EXPECT_THAT(real.heard(), ElementsAre("close bye"));
  connection_ends("the peer has gone");
  EXPECT_THAT(session.ends, ElementsAre("the peer has gone"));
}

TEST_F(Unreliable, ADroppedConnectionEndsWithoutAWord) {
  begin({.drop = 1});
  comes(call);
  EXPECT_EQ(real.dropped, "chaos: drop");
  comes(call);
  sends("a");
  session.connection->close(1000, "bye");
  EXPECT_THAT(session.messages, IsEmpty());
  EXPECT_THAT(real.heard(), IsEmpty());
  EXPECT_EQ(counters.chaos_drop.value(), 1u);
  connection_ends("chaos: drop");
  EXPECT_THAT(session.ends, ElementsAre("chaos: drop"));
}

TEST_F(Unreliable, AMessageToTheClientMayDropTheConnection) {
  begin({.drop = 1});
  sends("a");
  EXPECT_EQ(real.dropped, "chaos: drop");
  EXPECT_THAT(real.heard(), IsEmpty());
}

TEST_F(Unreliable, ADeadConnectionStaysAndNeitherReadsNorSends) {
  begin({.half_open = 1});
  comes(call);
  EXPECT_TRUE(real.pauses().any());
  EXPECT_THAT(session.messages, IsEmpty());
  sends("a");
  session.connection->close(1000, "bye");
  session.connection->probe();
  EXPECT_THAT(real.heard(), IsEmpty());
  EXPECT_EQ(real.probes, 0);
  EXPECT_EQ(real.dropped, "");
  EXPECT_EQ(counters.chaos_half_open.value(), 1u);
}

TEST_F(Unreliable, TheSessionOfADeadConnectionEndsForOthersButNeverWithinItsOwnCall) {
  begin({.half_open = 1});
  sends("a");
  EXPECT_THAT(session.ends, IsEmpty());
  passes(milliseconds(0));
  EXPECT_THAT(session.ends, ElementsAre("chaos: half-open"));
  comes(call);
  receiver().on_alive();
  receiver().on_read_end();
  EXPECT_FALSE(receiver().on_oversized(call));
  EXPECT_EQ(receiver().shared_bytes(), 0u);
  EXPECT_EQ(session.alive, 0);
  connection_ends("gone");
  EXPECT_EQ(session.ends.size(), 1u);
}

TEST_F(Unreliable, ADeadConnectionEndsWhenTheClientDoesOrAfterFiveMinutes) {
  begin({.half_open = 1});
  comes(call);
  passes(milliseconds(1000));
  EXPECT_EQ(real.dropped, "");
  real.has_left = true;
  passes(UnreliableReceiver::look_interval);
  EXPECT_EQ(real.dropped, "chaos: half-open until the peer left");

  real.has_left = false;
  real.dropped.clear();
  begin({.half_open = 1});
  comes(call);
  passes(std::chrono::minutes(5) - milliseconds(1));
  EXPECT_EQ(real.dropped, "");
  passes(milliseconds(1));
  EXPECT_EQ(real.dropped, "chaos: half-open for long enough");
}

TEST_F(Unreliable, ADeadConnectionDoesNotHoldUpTheRoutersEnd) {
  begin({.half_open = 1});
  comes(call);
  router_ends = true;
  passes(UnreliableReceiver::look_interval);
  EXPECT_EQ(real.dropped, "chaos: half-open until the end");
}

TEST_F(Unreliable, ADeadConnectionThatEndsEarlierIsForgotten) {
  begin({.half_open = 1});
  comes(call);
  connection_ends("gone");
  EXPECT_THAT(session.ends, ElementsAre("gone"));
  passes(std::chrono::minutes(10));
  EXPECT_EQ(real.dropped, "");
  EXPECT_EQ(session.ends.size(), 1u);
}

TEST_F(Unreliable, AMessageIsHeldBackAndThoseBehindItWait) {
  constexpr double never = 0.9;
  // Four of each message: drop, half-open, slow, and for how long.
  begin({.slow = 0.5}, numbers({0, 0, never, 0, 0, 0, 0, 0, 0, 0, never, 0, 0, 0, never, 0}));
  sends("a");
  EXPECT_THAT(real.heard(), ElementsAre("a"));
  sends("b");
  sends("c");
  EXPECT_THAT(real.heard(), IsEmpty());
  EXPECT_EQ(session.connection->queued_memory(), 2u);
  EXPECT_EQ(session.connection->queued_bytes(), 2u);
  EXPECT_EQ(real.account()->total(), 2u) << "somebody pays";
  passes(Fate::shortest_delay - milliseconds(1));
  EXPECT_THAT(real.heard(), IsEmpty());
  passes(milliseconds(1));
  EXPECT_THAT(real.heard(), ElementsAre("b", "c"));
  EXPECT_EQ(real.account()->total(), 0u);
  sends("d");
  EXPECT_THAT(real.heard(), ElementsAre("d"));
  EXPECT_EQ(counters.chaos_slow.value(), 1u);
}

TEST_F(Unreliable, ALaterMessageNeverOvertakesOneThatIsHeldBackForLonger) {
  begin({.slow = 1}, numbers({0, 0, 0, 1 - 0x1.0p-53, 0, 0, 0, 0}));
  sends("long");
  sends("short");
  passes(milliseconds(1998));
  EXPECT_THAT(real.heard(), IsEmpty());
  passes(milliseconds(1));
  EXPECT_THAT(real.heard(), ElementsAre("long", "short"));
}

TEST_F(Unreliable, WhatIsHeldBackGoesOutBeforeTheRouterCloses) {
  begin({.slow = 1});
  sends("abort");
  session.connection->close(1000, "bye");
  EXPECT_THAT(real.heard(), ElementsAre("abort", "close bye"));
  sends("late");
  passes(Fate::longest_delay);
  EXPECT_THAT(real.heard(), IsEmpty());
}

TEST_F(Unreliable, WhatIsHeldBackIsLostWithTheConnection) {
  begin({.slow = 1});
  sends("a");
  session.connection->drop("enough");
  EXPECT_EQ(real.dropped, "enough");
  passes(Fate::longest_delay);
  EXPECT_THAT(real.heard(), IsEmpty());
  EXPECT_EQ(real.account()->total(), 0u);
}

TEST_F(Unreliable, TheCalleeIsKilledInThePlaceOfItsAnswer) {
  begin({.kill_mid_call = 1});
  comes(call);
  EXPECT_EQ(session.kills, 0);
  comes(yield);
  EXPECT_EQ(session.kills, 1);
  comes(error);
  EXPECT_EQ(session.kills, 2);
  EXPECT_THAT(session.messages, ElementsAre(call));
  EXPECT_EQ(counters.chaos_kill_mid_call.value(), 2u);
  EXPECT_EQ(real.dropped, "");
}

TEST_F(Unreliable, TheRealConnectionIsNotReadAsLongAsTheSessionPausesIt) {
  begin({});
  const auto one = transport::pause_of_receiver(2), other = transport::pause_of_receiver(3);
  session.connection->pause_reading(one);
  session.connection->pause_reading(other);
  EXPECT_TRUE(real.pauses().any());
  session.connection->resume_reading(one);
  EXPECT_TRUE(real.pauses().any());
  session.connection->resume_reading(other);
  EXPECT_FALSE(real.pauses().any());
}

}  // namespace
}  // namespace router::chaos
