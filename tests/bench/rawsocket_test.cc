#include "client/wire/rawsocket.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace wire {

namespace {

std::string octets(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
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
