#include "transport/websocket/frame.h"

#include <gtest/gtest.h>

#include "transport/framing/close_code.h"
#include "transport/messages/frame_message.h"

namespace transport {
namespace {

BufferRef message(const std::string& content) {
  BufferRef buffer = Buffer::create(max_frame_header, content.size());
  buffer->append(content);
  return buffer;
}

std::string framed(Framing framing, const std::string& content) {
  return std::string(frame_message(framing, message(content))->view());
}

TEST(Frame, AMessageIsFramedInItsOwnHeadroom) {
  BufferRef buffer = message("hello");
  const char* payload = buffer->data();
  const BufferRef frame = frame_message(Framing::websocket_text, std::move(buffer));
  EXPECT_EQ(frame->view(), "\x81\x05hello");
  EXPECT_EQ(frame->data() + 2, payload);
}

TEST(Frame, BinaryMessagesHaveTheirOwnOpcode) {
  EXPECT_EQ(framed(Framing::websocket_binary, "x"), "\x82\x01x");
}

TEST(Frame, LengthsAreWrittenInTheShortestForm) {
  const auto header = [](size_t size) {
    const std::string frame = framed(Framing::websocket_text, std::string(size, 'x'));
    return frame.substr(0, frame.size() - size);
  };
  EXPECT_EQ(header(0), std::string("\x81\0", 2));
  EXPECT_EQ(header(125), "\x81\x7D");
  EXPECT_EQ(header(126), std::string("\x81\x7E\0\x7E", 4));
  EXPECT_EQ(header(65535), "\x81\x7E\xFF\xFF");
  EXPECT_EQ(header(65536), std::string("\x81\x7F\0\0\0\0\0\1\0\0", 10));
}

TEST(Frame, ACloseFrameHasItsCodeInNetworkOrder) {
  EXPECT_EQ(make_close_frame(1000, "bye")->view(),
            "\x88\x05\x03\xE8"
            "bye");
}

TEST(Frame, ACloseFrameWithoutACodeIsEmpty) {
  EXPECT_EQ(make_close_frame(1005, "ignored")->view(), std::string_view("\x88\0", 2));
}

TEST(Frame, ALongCloseReasonIsCutAtACharacter) {
  EXPECT_EQ(make_close_frame(1000, std::string(200, 'x'))->size(), 2u + 2u + 123u);
  const std::string euros = "x" + std::string("\xE2\x82\xAC") + std::string(118, 'y') + "\xE2\x82\xAC";
  EXPECT_EQ(make_close_frame(1000, euros)->view().substr(4), euros.substr(0, 122));
}

TEST(Frame, AHeaderIsReadOnlyWhenAllOfItIsThere) {
  const std::string bytes("\x81\xFF\0\0\0\0\0\1\0\0mask", 14);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_frame_header(std::span(bytes).first(size))) << size;
  }
  const auto header = read_frame_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->header_size, 14u);
  EXPECT_EQ(header->payload_size, 65536u);
  EXPECT_EQ(header->mask[0], 'm');
}

}  // namespace
}  // namespace transport
