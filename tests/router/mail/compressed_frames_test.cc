// What a session sends to a client that takes compressed messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"
#include "transport/websocket/frame.h"

namespace router {
namespace {

using serializers::Format;
using testing::StartsWith;

constexpr transport::Compression usual(15, 8);

// The arguments of a publication, of about that size.
std::string arguments(size_t size) {
  std::string text = "[0";
  for (int i = 1; text.size() < size; ++i) text += "," + std::to_string(i);
  return text + "]";
}

class CompressedFrames : public testing::Test {
 protected:
  Wire& subscriber(transport::Compression how, Format format = Format::json) {
    Wire& wire = harness_.join(format);
    wire.takes_compressed(how);
    wire.receives(R"([32,1,{},"com.topic"])");
    wire.sent();
    return wire;
  }
  static bool is_compressed(const Wire& wire) {
    return static_cast<uint8_t>(wire.last_frame()->view()[0]) & transport::compressed_bit;
  }
  void publish(const std::string& arguments) {
    publisher_.receives(R"([16,1,{},"com.topic",)" + arguments + "]");
  }

  SessionHarness harness_;
  Wire& publisher_ = harness_.join();
};

TEST_F(CompressedFrames, AreShorterAndSayTheSame) {
  for (const Format format : {Format::json, Format::msgpack, Format::cbor}) {
    Wire& wire = subscriber(usual, format);
    publish(arguments(5000));
    EXPECT_TRUE(is_compressed(wire));
    EXPECT_LT(wire.last_frame()->size(), 4000u);
    EXPECT_THAT(wire.sent(), testing::EndsWith(",{}," + arguments(5000) + "]"));
  }
}

TEST_F(CompressedFrames, AreNotMadeOfShortMessages) {
  Wire& wire = subscriber(usual);
  publish(arguments(100));
  EXPECT_FALSE(is_compressed(wire));
  EXPECT_THAT(wire.sent(), StartsWith("[36,"));
}

TEST_F(CompressedFrames, AreOneForAllSubscribersThatTakeTheSame) {
  Wire& first = subscriber(usual);
  Wire& plain = subscriber({});
  Wire& second = subscriber(usual);
  Wire& narrow = subscriber({9, 1});
  Wire& third = subscriber(usual);
  publish(arguments(5000));
  EXPECT_EQ(first.last_frame()->data(), second.last_frame()->data());
  EXPECT_EQ(first.last_frame()->data(), third.last_frame()->data());
  EXPECT_NE(first.last_frame()->data(), narrow.last_frame()->data());
  EXPECT_TRUE(is_compressed(narrow));
  EXPECT_FALSE(is_compressed(plain));
  const std::string event = first.sent();
  for (Wire* wire : {&plain, &second, &narrow, &third}) EXPECT_EQ(wire->sent(), event);
}

TEST_F(CompressedFrames, ComeToCallersAndCallees) {
  Wire& callee = harness_.join();
  callee.takes_compressed(usual);
  publisher_.takes_compressed(usual);
  callee.receives(R"([64,1,{},"com.p"])");
  callee.sent();
  publisher_.receives(R"([48,1,{},"com.p",)" + arguments(1000) + "]");
  EXPECT_TRUE(is_compressed(callee));
  EXPECT_EQ(callee.sent(), "[68,1,1,{}," + arguments(1000) + "]");
  callee.receives("[70,1,{}," + arguments(2000) + "]");
  EXPECT_TRUE(is_compressed(publisher_));
  EXPECT_EQ(publisher_.sent(), "[50,1,{}," + arguments(2000) + "]");
}

}  // namespace
}  // namespace router
