// Several messages in one WebSocket message: taking them apart, and making one of them.
#include "transport/websocket/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"
#include "transport/messages/frame_message.h"

namespace transport {
namespace {

using namespace std::string_literals;
using test_support::Frame;
using test_support::RawClient;
using testing::ElementsAre;
namespace opcode = test_support::opcode;

// The messages, and "wrong" in the place of the first that cannot be.
std::vector<std::string> taken_apart(Framing framing, std::string batch) {
  std::vector<std::string> messages;
  for (std::span<char> left(batch); !left.empty();) {
    const auto message = take_from_batch(framing, left);
    messages.push_back(message ? std::string(message->begin(), message->end()) : "wrong");
    if (!message) break;
  }
  return messages;
}

TEST(Batch, OfTextIsTakenApartAtTheSeparators) {
  const auto messages = [](const std::string& batch) { return taken_apart(Framing::batched_text, batch); };
  EXPECT_THAT(messages("[1]\x1E"), ElementsAre("[1]"));
  EXPECT_THAT(messages("[1]\x1E[2]\x1E"), ElementsAre("[1]", "[2]"));
  EXPECT_THAT(messages("[1]\x18[2]\x18"), ElementsAre("[1]", "[2]"));
  EXPECT_THAT(messages("[1]\x1E[2]"), ElementsAre("[1]", "[2]"));
  EXPECT_THAT(messages("[1]"), ElementsAre("[1]"));
  EXPECT_THAT(messages("\x1E"), ElementsAre(""));
  EXPECT_THAT(messages("[1]\x1E\x1E"), ElementsAre("[1]", ""));
}

TEST(Batch, OfBinaryMessagesIsTakenApartByTheirLengths) {
  const auto messages = [](const std::string& batch) { return taken_apart(Framing::batched_binary, batch); };
  EXPECT_THAT(messages("\x00\x00\x00\x01x"s), ElementsAre("x"));
  EXPECT_THAT(messages("\x00\x00\x00\x01x\x00\x00\x00\x00\x00\x00\x00\x02yz"s), ElementsAre("x", "", "yz"));
  EXPECT_THAT(messages(std::string("\x00\x01\x00\x00", 4).append(65536, 'x')),
              ElementsAre(std::string(65536, 'x')));
}

TEST(Batch, BelievesNoLength) {
  for (const std::string& batch : {"\x00"s, "\x00\x00\x00"s, "\x00\x00\x00\x01"s, "\x00\x00\x00\x02x"s,
                                   "\xFF\xFF\xFF\xFFx"s, "\x80\x00\x00\x00"s})
    EXPECT_THAT(taken_apart(Framing::batched_binary, batch), ElementsAre("wrong"))
        << testing::PrintToString(batch);
  EXPECT_THAT(taken_apart(Framing::batched_binary, "\x00\x00\x00\x01x\x00\x00\x00\x01"s),
              ElementsAre("x", "wrong"));
}

TEST(Batch, MessagesAreMadeForIt) {
  const auto made = [](Framing framing) {
    BufferRef message = Buffer::create(max_frame_header, 3 + max_frame_trailer);
    message->append("[1]");
    return std::string(frame_message(framing, std::move(message))->view());
  };
  EXPECT_EQ(made(Framing::batched_text), "[1]\x1E");
  EXPECT_EQ(made(Framing::batched_text_octal), "[1]\x18");
  EXPECT_EQ(made(Framing::batched_binary), "\x00\x00\x00\x03[1]"s);
  // Long-poll has batches as well, and nothing around one message alone.
  EXPECT_EQ(made(Framing::batched_text.over(Framing::Carrier::long_poll)), "[1]\x1E");
  EXPECT_EQ(made(Framing::websocket_text.over(Framing::Carrier::long_poll)), "[1]");
}

TEST(BatchedConnection, SendsWhatOneTurnHasInOneMessage) {
  Server server;
  RawClient client = server.open("/", "batched.text");
  client.send_text("[1]\x1E[2]\x1E[3]\x1E");
  const Frame frame = client.read_frame();
  EXPECT_EQ(frame.opcode, opcode::text);
  EXPECT_EQ(frame.payload, "[1]\x1E[2]\x1E[3]\x1E");
}

// Autobahn|Python splits at 0x18 only.
TEST(BatchedConnection, AnswersWithTheSeparatorOfTheClient) {
  Server server;
  RawClient client = server.open("/", "batched.text");
  client.send_text("[1]\x18[2]\x18");
  EXPECT_EQ(client.read_frame().payload, "[1]\x18[2]\x18");
  server.on_loop([&] { EXPECT_EQ(server.connection().framing(), Framing::batched_text_octal); });
  client.send_text("[3]");
  EXPECT_EQ(client.read_frame().payload, "[3]\x18");
}

TEST(BatchedConnection, SendsBinaryMessagesWithTheirLengths) {
  Server server;
  RawClient client = server.open("/", "batched.binary");
  const std::string batch = "\x00\x00\x00\x01x\x00\x00\x00\x02yz"s;
  client.send_binary(batch);
  const Frame frame = client.read_frame();
  EXPECT_EQ(frame.opcode, opcode::binary);
  EXPECT_EQ(frame.payload, batch);
}

TEST(BatchedConnection, SendsNoBatchOfAnySize) {
  Server server;
  RawClient client = server.open("/", "batched.text");
  const std::string message = std::string(30000, 'x').append("\x1E");
  client.send_text(message + message + message);
  EXPECT_EQ(client.read_frame().payload, message + message);
  EXPECT_EQ(client.read_frame().payload, message);
  const std::string long_message = std::string(100000, 'x').append("\x1E");
  client.send_text("[1]\x1E" + long_message + "[2]\x1E");
  EXPECT_EQ(client.read_frame().payload, "[1]\x1E");
  EXPECT_EQ(client.read_frame().payload, long_message);
  EXPECT_EQ(client.read_frame().payload, "[2]\x1E");
}

TEST(BatchedConnection, CountsABatchAsQueued) {
  Server server;
  server.received = [](Connection& c, const std::string& text) {
    c.send(text_frame(c, text));
    EXPECT_EQ(c.queued_bytes(), text.size() + 1);
  };
  RawClient client = server.open("/", "batched.text");
  client.send_text("one\x1E");
  EXPECT_EQ(client.read_frame().payload, "one\x1E");
  server.on_loop([&] { EXPECT_EQ(server.connection().queued_bytes(), 0u); });
}

TEST(BatchedConnection, SendsControlFramesBehindWhatWasSentBefore) {
  Server server;
  server.received = [](Connection& c, const std::string& text) {
    c.send(text_frame(c, text));
    if (text == "last") c.close(close_code::normal, "enough");
  };
  RawClient client = server.open("/", "batched.text");
  client.send_text("first\x1Elast\x1Elost\x1E");
  EXPECT_EQ(client.read_frame().payload, "first\x1Elast\x1E");
  EXPECT_EQ(client.read_frame().opcode, opcode::close);
  EXPECT_EQ(server.log.count("received lost"), 0u);
}

TEST(BatchedConnection, FailsAtABatchThatIsEmptyOrWrong) {
  for (const std::string& batch : {""s, "\x00\x00\x00\x09x"s, "\x00"s}) {
    Server server;
    RawClient client = server.open("/", "batched.binary");
    client.send_binary(batch);
    const Frame frame = client.read_frame();
    EXPECT_EQ(frame.opcode, opcode::close);
    EXPECT_EQ(frame.close_code(), 1007);
  }
}

TEST(BatchedConnection, StopsInTheMiddleOfABatchWhilePaused) {
  Server server;
  server.received = [](Connection& c, const std::string& text) {
    if (text == "pause") c.pause_reading(Pause::first_of_receiver);
  };
  RawClient client = server.open("/", "batched.text");
  client.send_text(
      "pause\x1Epause\x1E"
      "after two\x1E");
  client.send_text("the next\x1E");
  server.settle();
  EXPECT_EQ(server.log.count("received pause"), 1u);
  server.on_loop([&] { server.connection().resume_reading(Pause::first_of_receiver); });
  server.settle();
  EXPECT_EQ(server.log.count("received pause"), 2u);
  EXPECT_EQ(server.log.count("received after two"), 0u);
  server.on_loop([&] { server.connection().resume_reading(Pause::first_of_receiver); });
  EXPECT_TRUE(server.log.has("received the next"));
  const auto lines = server.log.lines();
  EXPECT_LT(std::find(lines.begin(), lines.end(), "received after two"),
            std::find(lines.begin(), lines.end(), "received the next"));
}

// Though it was read on for a moment before the pause, and more is there already.
TEST(AConnection, GivesWhatWasReadBeforeAPauseBeforeWhatIsReadAfterIt) {
  for (const std::string subprotocol : {"", "batched.text"}) {
    Server server;
    server.received = [](Connection& c, const std::string& text) {
      c.pause_reading(Pause::first_of_receiver);
      if (text != "pause") c.resume_reading(Pause::first_of_receiver);
    };
    server.turn_ended = [&server] {
      if (server.log.count("received pause") > 0)
        server.connection().resume_reading(Pause::first_of_receiver);
    };
    RawClient client = server.open("/", subprotocol);
    const std::string end = subprotocol.empty() ? "" : "\x1E";
    server.on_loop([&] {
      for (const char* text : {"in and out", "pause", "after it"}) client.send_text(text + end);
      for (int i = 0; i < 3; ++i) client.send_text(std::string(30'000, 'x') + end);
      client.send_text("the next" + end);
    });
    EXPECT_TRUE(server.log.has("received the next"));
    const auto lines = server.log.lines();
    EXPECT_LT(std::find(lines.begin(), lines.end(), "received after it"),
              std::find(lines.begin(), lines.end(), "received the next"));
  }
}

}  // namespace
}  // namespace transport
