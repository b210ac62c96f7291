// A long-poll session without sockets: requests in, answers out, time as the test says.
#include "transport/long_poll/long_poll_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/messages/frame_message.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Heard = std::vector<std::string>;

struct Told : Receiver {
  explicit Told(Heard& l) : lines(l) {}
  void on_open(Connection&) override { lines.push_back("open"); }
  void on_message(std::span<char> message) override {
    lines.push_back("message " + std::string(message.begin(), message.end()));
    if (lines.back() == "message pause") connection->pause_reading(Pause::first_of_receiver);
    if (lines.back() == "message close") connection->close(1000, "enough");
  }
  void on_alive() override { lines.push_back("alive"); }
  void on_closed(const CloseReason& reason) override {
    lines.push_back("closed " + std::to_string(reason.code) + (reason.by_peer ? " by peer: " : " by us: ") +
                    reason.text);
  }
  Heard& lines;
  Connection* connection = nullptr;
};

std::string text_of(const HttpResponse& response) {
  return std::to_string(response.status) + (response.status == 200 ? " " + response.body : "");
}

// "" until it is answered.
struct Exchange final : HttpExchange {
  void answer(HttpResponse response) override {
    EXPECT_EQ(text, "") << "answered twice";
    text = text_of(response);
  }
  void add_header(std::string, std::string) override {}
  ListenerCounts& counts() override { return *listener_counts; }
  std::shared_ptr<ListenerCounts> listener_counts = std::make_shared<ListenerCounts>();
  std::string text;
  HttpWaiter* waiter = nullptr;

  std::string& take(Service::Answer answered) {
    if (auto* response = std::get_if<HttpResponse>(&answered))
      answer(std::move(*response));
    else
      waiter = std::get<Service::Later>(answered).waiter;
    return text;
  }
};

class ALongPollSession : public testing::Test {
 protected:
  explicit ALongPollSession(Framing framing = Framing::bare) {
    ConnectionLimits limits;
    limits.max_queued_bytes = 600;
    auto receiver = std::make_unique<Told>(lines);
    Told& told = *receiver;
    session =
        std::make_shared<LongPollConnection>(loop, framing, "application/json", limits, HttpRequest{},
                                             *counts->take_place("192.0.2.1:1", 1, 1), std::move(receiver));
    told.connection = session.get();
    session->start();
    lines.clear();
  }

  void turn() {
    loop.io().restart();
    while (loop.io().poll() > 0) {
    }
  }
  void say(std::string_view message) {
    BufferRef buffer = Buffer::create(max_frame_header, message.size() + max_frame_trailer);
    buffer->append(message);
    session->send(frame_message(session->framing(), std::move(buffer)));
  }
  std::string send(std::string_view body) {
    Exchange exchange;
    return exchange.take(session->on_send(body, exchange));
  }
  std::string receive() {
    Exchange exchange;
    return exchange.take(session->on_receive(exchange));
  }
  void pass(Loop::Clock::duration time) {
    session->sweep(loop.now() + time);
    turn();
  }

  const std::shared_ptr<ListenerCounts> counts = std::make_shared<ListenerCounts>();
  Loop loop;
  Heard lines;
  std::shared_ptr<LongPollConnection> session;
};

TEST_F(ALongPollSession, HandsOutOneMessageForEachReceive) {
  say("one");
  say("two");
  EXPECT_EQ(session->queued_bytes(), 6u);
  EXPECT_EQ(receive(), "200 one");
  EXPECT_EQ(receive(), "200 two");
  EXPECT_EQ(session->queued_bytes(), 0u);
}

TEST_F(ALongPollSession, AnswersAReceiveThatWaits) {
  Exchange exchange;
  EXPECT_EQ(exchange.take(session->on_receive(exchange)), "");
  say("one");
  say("two");
  EXPECT_EQ(exchange.text, "");
  turn();
  EXPECT_EQ(exchange.text, "200 one");
  EXPECT_EQ(receive(), "200 two");
}

TEST_F(ALongPollSession, TakesMessages) {
  EXPECT_EQ(send("[1]"), "204");
  EXPECT_EQ(send("[2]"), "204");
  EXPECT_THAT(lines, ElementsAre("message [1]", "message [2]"));
}

TEST_F(ALongPollSession, KeepsWhatAReceiveThatHasGoneDidNotTake) {
  Exchange exchange;
  exchange.take(session->on_receive(exchange));
  exchange.waiter->on_gone(exchange);
  say("one");
  turn();
  EXPECT_EQ(exchange.text, "");
  EXPECT_EQ(receive(), "200 one");
}

TEST_F(ALongPollSession, LetsOneReceiveWaitOnly) {
  Exchange first, second;
  first.take(session->on_receive(first));
  second.take(session->on_receive(second));
  EXPECT_EQ(first.text, "204");
  say("one");
  turn();
  EXPECT_EQ(second.text, "200 one");
}

TEST_F(ALongPollSession, AnswersAReceiveWithNothingAfterAWhile) {
  Exchange exchange;
  exchange.take(session->on_receive(exchange));
  pass(9s);
  EXPECT_EQ(exchange.text, "");
  pass(10s);
  EXPECT_EQ(exchange.text, "204");
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(ALongPollSession, IsOverWhenNobodyAsks) {
  pass(19s);
  EXPECT_FALSE(session->ended());
  pass(20s);
  EXPECT_TRUE(session->ended());
  EXPECT_THAT(lines, ElementsAre("closed 0 by us: no request for 20000 ms"));
  EXPECT_EQ(receive(), "410");
  EXPECT_EQ(send("[1]"), "410");
}

TEST_F(ALongPollSession, IsOverWhenTooMuchIsQueued) {
  const size_t of_one = Buffer::create(0, 100)->held();
  for (size_t i = 0; i < 600 / of_one; ++i) say(std::string(100, 'x'));
  turn();
  EXPECT_THAT(lines, IsEmpty());
  say("x");
  EXPECT_THAT(lines, IsEmpty());
  turn();
  EXPECT_THAT(lines, ElementsAre("closed 0 by us: outgoing queue over 600 bytes: the peer reads too slowly"));
  EXPECT_EQ(receive(), "410");
  EXPECT_TRUE(session->ended());
}

TEST_F(ALongPollSession, HandsOutTheLastWordsAfterItWasClosed) {
  say("goodbye");
  session->close(1000, "enough");
  say("too late");
  turn();
  EXPECT_THAT(lines, ElementsAre("closed 1000 by us: enough"));
  EXPECT_EQ(send("[1]"), "410");
  EXPECT_EQ(receive(), "200 goodbye");
  EXPECT_EQ(receive(), "410");
  pass(2s);
  EXPECT_TRUE(session->ended());
}

TEST_F(ALongPollSession, TellsAReceiveThatWaitsOfItsEnd) {
  Exchange exchange;
  exchange.take(session->on_receive(exchange));
  session->close(1000, "enough");
  turn();
  EXPECT_EQ(exchange.text, "410");
}

TEST_F(ALongPollSession, MayBeClosedByThePeer) {
  say("not fetched");
  EXPECT_EQ(text_of(session->on_close()), "204");
  turn();
  EXPECT_TRUE(session->ended());
  EXPECT_THAT(lines, ElementsAre("closed 1000 by peer: the peer closed the session"));
  EXPECT_EQ(text_of(session->on_close()), "204");
}

TEST_F(ALongPollSession, MayBeClosedInsideOfAMessage) {
  EXPECT_EQ(send("close"), "204");
  EXPECT_THAT(lines, ElementsAre("message close"));
  turn();
  EXPECT_THAT(lines, ElementsAre("message close", "closed 1000 by us: enough"));
}

TEST_F(ALongPollSession, RefusesASendWithoutAMessage) {
  EXPECT_EQ(send(""), "400");
  turn();
  EXPECT_THAT(lines, ElementsAre("closed 1007 by us: a send without a message"));
}

TEST_F(ALongPollSession, HoldsSendsWhilePaused) {
  send("pause");
  Exchange second, third;
  second.take(session->on_send(std::string_view("two"), second));
  third.take(session->on_send(std::string_view("three"), third));
  third.waiter->on_gone(third);
  turn();
  EXPECT_EQ(second.text, "");
  session->resume_reading(Pause::first_of_receiver);
  EXPECT_THAT(lines, ElementsAre("message pause"));
  turn();
  EXPECT_EQ(second.text, "204");
  EXPECT_THAT(lines, ElementsAre("message pause", "message two", "message three"));
}

TEST_F(ALongPollSession, HoldsABoundedNumberOfSends) {
  send("pause");
  std::deque<Exchange> exchanges(16);
  for (Exchange& exchange : exchanges) exchange.take(session->on_send(std::string_view("x"), exchange));
  EXPECT_EQ(send("one too many"), "503");
  session->close(1000, "enough");
  turn();
  for (Exchange& exchange : exchanges) EXPECT_EQ(exchange.text, "410");
}

TEST_F(ALongPollSession, ProvesThatItLivesWithItsNextRequest) {
  Exchange exchange;
  exchange.take(session->on_receive(exchange));
  session->probe();
  EXPECT_EQ(exchange.text, "204");
  EXPECT_THAT(lines, IsEmpty());
  exchange.text.clear();
  exchange.take(session->on_receive(exchange));
  EXPECT_THAT(lines, ElementsAre("alive"));
}

class ABatchedLongPollSession : public ALongPollSession {
 protected:
  ABatchedLongPollSession() : ALongPollSession(Framing::batched_text) {}
};

TEST_F(ABatchedLongPollSession, HandsOutAllMessagesAtOnce) {
  say("one");
  say("two");
  EXPECT_EQ(receive(), "200 one\x1Etwo\x1E");
  EXPECT_EQ(session->queued_bytes(), 0u);
}

TEST_F(ABatchedLongPollSession, TakesABatchAndPausesInTheMiddle) {
  EXPECT_EQ(send("one\x1Epause\x1Ethree\x1E"), "204");
  EXPECT_THAT(lines, ElementsAre("message one", "message pause"));
  Exchange later;
  later.take(session->on_send(std::string_view("four\x1E"), later));
  session->resume_reading(Pause::first_of_receiver);
  turn();
  EXPECT_THAT(lines, ElementsAre("message one", "message pause", "message three", "message four"));
  EXPECT_EQ(later.text, "204");
}

}  // namespace
}  // namespace transport
