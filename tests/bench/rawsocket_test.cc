#include "client/wire/rawsocket.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wire {

namespace {

using testing::HasSubstr;

std::string octets(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

TEST(RawSocket, ARequestAsksForTheLongestMessagesThereAre) {
  EXPECT_EQ(rawsocket_request(RawSocketSerializer::json), octets({0x7f, 0xf1, 0, 0}));
  EXPECT_EQ(rawsocket_request(RawSocketSerializer::msgpack), octets({0x7f, 0xf2, 0, 0}));
}

TEST(RawSocket, AnAnswerTellsHowLongAMessageMayBe) {
  const auto answer = read_rawsocket_answer(octets({0x7f, 0xb2, 0, 0}), RawSocketSerializer::msgpack);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refusal, "");
  EXPECT_EQ(answer->max_message_length, size_t{1} << 20);
}

TEST(RawSocket, AnIncompleteAnswerIsWaitedFor) {
  EXPECT_FALSE(read_rawsocket_answer({}, RawSocketSerializer::json));
  EXPECT_FALSE(read_rawsocket_answer(octets({0x7f, 0xf1, 0}), RawSocketSerializer::json));
}

TEST(RawSocket, ARefusalIsToldInWords) {
  const auto refusal = [](const std::string& bytes) {
    return read_rawsocket_answer(bytes, RawSocketSerializer::json)->refusal;
  };
  EXPECT_THAT(refusal(octets({0x7f, 0x10, 0, 0})), HasSubstr("serializer unsupported"));
  EXPECT_THAT(refusal(octets({0x7f, 0x40, 0, 0})), HasSubstr("maximum connection count reached"));
  EXPECT_THAT(refusal(octets({0x7f, 0x90, 0, 0})), HasSubstr("error 9"));
  EXPECT_THAT(refusal(octets({0x7f, 0xf2, 0, 0})), HasSubstr("another serializer"));
  EXPECT_THAT(refusal("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("does not speak RawSocket"));
}

TEST(RawSocket, AFrameIsReadAsItWasWritten) {
  for (const size_t length : {size_t{0}, size_t{1}, size_t{65536}, (size_t{1} << 24) - 1, size_t{1} << 24}) {
    const std::string frame = rawsocket_frame(RawSocketType::ping, std::string(length, 'x'));
    ASSERT_EQ(frame.size(), length + RawSocketHeader::kSize);
    const auto header = read_rawsocket_header(frame);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->type, RawSocketType::ping);
    EXPECT_EQ(header->length, length);
  }
}

TEST(RawSocket, AMessageThatIsTooLongIsNotWritten) {
  const std::string payload((size_t{1} << 24) + 1, 'x');
  EXPECT_THROW(rawsocket_frame(RawSocketType::message, payload), std::runtime_error);
}

TEST(RawSocket, AHeaderThatIsNotCompleteIsWaitedFor) {
  EXPECT_FALSE(read_rawsocket_header(octets({0, 0, 0})));
}

TEST(RawSocket, ATypeThatDoesNotExistIsRefused) {
  EXPECT_THROW(read_rawsocket_header(octets({3, 0, 0, 0})), std::runtime_error);
  EXPECT_THROW(read_rawsocket_header(octets({0x10, 0, 0, 0})), std::runtime_error);
}

}  // namespace

}  // namespace wire
