// What the other end sends and is sent beside messages, be it over WebSocket, RawSocket or in the response to
// an HTTP request: one of the three codecs.
//
// Belongs to one thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "transport/messages/response_codec.h"
#include "transport/rawsocket/rawsocket_codec.h"
#include "transport/websocket/websocket_codec.h"

namespace transport {

class Codec {
 public:
  explicit Codec(WebSocketCodec websocket) : codec_(std::move(websocket)) {}
  explicit Codec(RawSocketCodec rawsocket) : codec_(std::move(rawsocket)) {}
  explicit Codec(ResponseCodec response) : codec_(response) {}

  // The short way that nearly all messages of WebSocket take. False: next() deals with it.
  bool next_plain(std::span<char>& bytes, std::span<char>& message) {
    auto* const websocket = std::get_if<WebSocketCodec>(&codec_);
    return websocket && websocket->next_plain(bytes, message);
  }
  // See there.
  CodecEvent next(std::span<char>& bytes) {
    return with([&](auto& codec) { return codec.next(bytes); });
  }
  std::span<char> room() {
    return with([](auto& codec) { return codec.room(); });
  }
  void filled(size_t count) {
    with([=](auto& codec) { codec.filled(count); });
  }
  BufferRef take_buffer_of(std::string_view part) {
    return with([=](auto& codec) { return codec.take_buffer_of(part); });
  }
  void set_max_message_size(size_t size) {
    with([=](auto& codec) { codec.set_max_message_size(size); });
  }

  BufferRef ping(std::string_view payload = {}) {
    return with([=](auto& codec) { return codec.ping(payload); });
  }
  BufferRef pong(std::string_view payload) {
    return with([=](auto& codec) { return codec.pong(payload); });
  }
  // Null: there is no such frame, the connection just ends.
  BufferRef close(uint16_t code, std::string_view reason) {
    return with([=](auto& codec) { return codec.close(code, reason); });
  }

  size_t held() const {
    return ask([](auto& codec) { return codec.held(); });
  }
  size_t held_in_buffers() const {
    return ask([](auto& codec) { return codec.held_in_buffers(); });
  }
  std::optional<size_t> unfinished() const {
    return ask([](auto& codec) { return codec.unfinished(); });
  }

 private:
  template <class Use>
  std::invoke_result_t<Use, WebSocketCodec&> with(Use use) {
    if (auto* const websocket = std::get_if<WebSocketCodec>(&codec_)) [[likely]]
      return use(*websocket);
    if (auto* const rawsocket = std::get_if<RawSocketCodec>(&codec_)) return use(*rawsocket);
    return use(*std::get_if<ResponseCodec>(&codec_));
  }
  template <class Use>
  std::invoke_result_t<Use, const WebSocketCodec&> ask(Use use) const {
    if (const auto* const websocket = std::get_if<WebSocketCodec>(&codec_)) [[likely]]
      return use(*websocket);
    if (const auto* const rawsocket = std::get_if<RawSocketCodec>(&codec_)) return use(*rawsocket);
    return use(*std::get_if<ResponseCodec>(&codec_));
  }

  std::variant<WebSocketCodec, RawSocketCodec, ResponseCodec> codec_;
};

}  // namespace transport
