#include "bench/load/frame_template.h"

#include <gtest/gtest.h>

namespace bench::load {

namespace {

constexpr uint64_t kIds[] = {0,     1,     9,          10,         127,        128,        255,  256,
                             65535, 65536, 4294967295, 4294967296, 1ull << 52, 1ull << 53, 12345};

class FrameTemplates : public testing::TestWithParam<wire::Protocol> {};

TEST_P(FrameTemplates, AreWhatIsWrittenWithThatId) {
  const Framing& framing = framing_of(GetParam());
  for (const Serializer* serializer : {&json(), &msgpack()}) {
    List message = {kCall, 0, Dict{{"x", true}}, "some.procedure", List{std::string(300, 'p')}};
    FrameTemplate frame(framing, *serializer, message);
    for (const uint64_t id : kIds) {
      message[1] = id;
      const std::string written = serializer->write(message);
      std::string out = "before";
      EXPECT_EQ(frame.append(out, id), written.size());
      EXPECT_EQ(out, "before" + framing.frame(*serializer, written))
          << serializer->subprotocol() << " " << id;
    }
  }
}

TEST_P(FrameTemplates, HaveTheNumbersOfSeveralUrisInTurn) {
  const Framing& framing = framing_of(GetParam());
  for (const Serializer* serializer : {&json(), &msgpack()}) {
    List message = {kCall, 0, Dict{}, "some.procedure", List{std::string(300, 'p')}};
    FrameTemplate frame(framing, *serializer, message, 3, 1);
    uint64_t id = 126;
    for (const char* number : {"000001", "000002", "000000", "000001"}) {
      message[1] = ++id;
      message[3] = std::string("some.procedure.") + number;
      std::string out;
      frame.append(out, id);
      EXPECT_EQ(out, framing.frame(*serializer, serializer->write(message))) << number;
    }
  }
}

TEST_P(FrameTemplates, HaveTheUriAsItIsIfThereIsOnlyOne) {
  const Framing& framing = framing_of(GetParam());
  const List message = {kCall, 7, Dict{}, "some.procedure"};
  FrameTemplate frame(framing, json(), message, 1, 5);
  std::string out;
  frame.append(out, 7);
  EXPECT_EQ(out, framing.frame(json(), json().write(message)));
}

INSTANTIATE_TEST_SUITE_P(Protocols, FrameTemplates,
                         testing::Values(wire::Protocol::websocket, wire::Protocol::rawsocket),
                         [](const auto& protocol) {
                           return protocol.param == wire::Protocol::rawsocket ? "RawSocket" : "WebSocket";
                         });

}  // namespace

}  // namespace bench::load
