// RawSocket's handshake as a client has it.
#include "transport/rawsocket/rawsocket_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/rawsocket/rawsocket.h"

namespace transport {
namespace {

using testing::HasSubstr;

std::string rawsocket_octets(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

TEST(RawSocketAnswer, IsAskedForWithASerializerAndTheLongestFrame) {
  EXPECT_EQ(rawsocket_request(1, max_rawsocket_length), rawsocket_octets({0x7f, 0xf1, 0, 0}));
  EXPECT_EQ(rawsocket_request(2, min_rawsocket_length), rawsocket_octets({0x7f, 0x02, 0, 0}));
}

TEST(RawSocketAnswer, TellsHowLongAMessageMayBe) {
  const auto answer = read_rawsocket_answer(rawsocket_octets({0x7f, 0xb2, 0, 0}), 2);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refusal, "");
  EXPECT_EQ(answer->max_frame_size, size_t{1} << 20);
}

TEST(RawSocketAnswer, IsWaitedForUntilItIsComplete) {
  EXPECT_FALSE(read_rawsocket_answer({}, 1));
  EXPECT_FALSE(read_rawsocket_answer(rawsocket_octets({0x7f, 0xf1, 0}), 1));
}

TEST(RawSocketAnswer, ThatRefusesIsToldInWords) {
  const auto refusal = [](const std::string& bytes) { return read_rawsocket_answer(bytes, 1)->refusal; };
  EXPECT_THAT(refusal(rawsocket_octets({0x7f, 0x10, 0, 0})), HasSubstr("does not have this serializer"));
  EXPECT_THAT(refusal(rawsocket_octets({0x7f, 0x40, 0, 0})), HasSubstr("too many connections"));
  EXPECT_THAT(refusal(rawsocket_octets({0x7f, 0x90, 0, 0})), HasSubstr("error 9"));
  EXPECT_THAT(refusal(rawsocket_octets({0x7f, 0xf2, 0, 0})), HasSubstr("is wrong"));
  EXPECT_TRUE(read_rawsocket_answer(rawsocket_octets({0x7f, 0x40, 0, 0}), 1)->for_now);
  EXPECT_FALSE(read_rawsocket_answer(rawsocket_octets({0x7f, 0x10, 0, 0}), 1)->for_now);
  EXPECT_THAT(refusal("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("does not speak RawSocket"));
}

}  // namespace
}  // namespace transport
