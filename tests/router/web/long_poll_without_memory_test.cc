// A long-poll session whose memory runs out at any allocation: no request that waits is forgotten.
#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/router/support/failing_memory.h"
#include "transport/long_poll/long_poll_connection.h"
#include "transport/messages/frame_message.h"

namespace router {
namespace {

using transport::HttpResponse;
using transport::LongPollConnection;

struct LongPollPeer : transport::Receiver {
  explicit LongPollPeer(std::string& h) : heard(h) {}
  void on_open(transport::Connection& opened) override { connection = &opened; }
  void on_message(std::span<char> message) override {
    heard.append(std::string(message.begin(), message.end()));
    if (message.size() == 1) connection->pause_reading(transport::Pause::first_of_receiver);
  }
  void on_closed(const transport::CloseReason&) override { heard += " end"; }
  std::string& heard;
  transport::Connection* connection = nullptr;
};

struct LongPollExchange final : transport::HttpExchange {
  void answer(HttpResponse response) override {
    ++answers;
    body = std::move(response.body);
  }
  void add_header(std::string, std::string) override {}
  transport::ListenerCounts& counts() override { return *listener_counts; }
  std::shared_ptr<transport::ListenerCounts> listener_counts = std::make_shared<transport::ListenerCounts>();
  int answers = 0;
  std::string body;
};

struct LongPollStory {
  LongPollStory() {
    heard.reserve(1000);
    session = std::make_shared<LongPollConnection>(loop, transport::Framing::bare, "application/json",
                                                   transport::ConnectionLimits(), transport::HttpRequest{},
                                                   *counts->take_place("192.0.2.1:1", 1, 1),
                                                   std::make_unique<LongPollPeer>(heard));
    session->start();
  }

  // Its reading pauses at the first send; the second and the third wait.
  void let_sends_wait() {
    LongPollExchange first;
    session->on_send(std::string_view("1"), first);
    for (LongPollExchange& exchange : sends) session->on_send(std::string_view("two"), exchange);
  }
  void say(std::string_view message) {
    auto buffer = transport::Buffer::create(transport::max_frame_header, message.size());
    buffer->append(message);
    session->send(frame_message(session->framing(), std::move(buffer)));
  }
  void turn() {
    loop.io().restart();
    while (loop.io().poll() > 0) {
    }
  }
  void sweep() {
    session->sweep(loop.now() + std::chrono::seconds(3));
    turn();
  }
  int unanswered() const {
    return (receive.answers == 0) + (sends.front().answers == 0) + (sends.back().answers == 0);
  }
  int answers() const { return receive.answers + sends.front().answers + sends.back().answers; }

  const std::shared_ptr<transport::ListenerCounts> counts = std::make_shared<transport::ListenerCounts>();
  transport::Loop loop;
  std::string heard;
  std::deque<LongPollExchange> sends{2};
  LongPollExchange receive;
  std::shared_ptr<LongPollConnection> session;
};

// Its owner lets go of it as soon as it has ended.
TEST(ALongPollSessionWithoutMemory, HasNotEndedWhileARequestWaits) {
  bool goes_on = true;
  for (size_t at = 1; goes_on; ++at) {
    LongPollStory story;
    story.let_sends_wait();
    story.session->on_receive(story.receive);
    goes_on = fails(at, [&] {
      story.session->on_close();
      ASSERT_TRUE(!story.session->ended() || story.unanswered() == 0) << at;
      story.turn();
    });
    story.session->on_close();  // the client asks again if it got no answer
    for (int looks = 0; looks < 3; ++looks) {
      ASSERT_TRUE(!story.session->ended() || story.unanswered() == 0) << at;
      story.sweep();
    }
    EXPECT_TRUE(story.session->ended()) << at;
    EXPECT_EQ(story.answers(), 3) << at;
    EXPECT_EQ(story.heard, "1 end") << at;
  }
}

TEST(ALongPollSessionWithoutMemory, AnswersAReceiveLaterWithAllThatItIsFor) {
  bool goes_on = true;
  for (size_t at = 1; goes_on; ++at) {
    LongPollStory story;
    story.session->on_receive(story.receive);
    story.say("a message that is longer than a short string");
    goes_on = fails(at, [&] { story.turn(); });
    story.turn();
    story.sweep();
    EXPECT_EQ(story.receive.answers, 1) << at;
    EXPECT_EQ(story.receive.body, "a message that is longer than a short string") << at;
  }
}

TEST(ALongPollSessionWithoutMemory, AnswersASendThatWaited) {
  bool goes_on = true;
  for (size_t at = 1; goes_on; ++at) {
    LongPollStory story;
    story.let_sends_wait();
    goes_on = fails(at, [&] {
      story.session->resume_reading(transport::Pause::first_of_receiver);
      story.turn();
    });
    story.turn();
    for (int looks = 0; looks < 3; ++looks) story.sweep();
    EXPECT_EQ(story.sends.front().answers, 1) << at;
    EXPECT_EQ(story.sends.back().answers, 1) << at;
  }
}

}  // namespace
}  // namespace router
