// What comes in over a stream that carries messages, of WebSocket or RawSocket: received by who sits on its
// connection, within the limits of those who are known or not.
//
// Lives on its stream's thread, which owns it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "transport/connection/service.h"
#include "transport/messages/codec.h"
#include "transport/messages/message_pace.h"
#include "transport/messages/tcp_connection.h"
#include "transport/messages/throttle.h"
#include "transport/stream/talk.h"
#include "transport/websocket/batch.h"

namespace transport {

// What has been agreed with the other end.
struct Agreed {
  Codec codec;
  size_t max_message_size;           // bytes, of those that come in
  size_t max_frame_size = SIZE_MAX;  // of those that go out
  // A silent peer is pinged from the beginning: many RawSocket clients, and servers, do not answer a ping, or
  // end at it, though they must answer.
  bool may_be_pinged = true;
};

class MessageTalk final : public Talk {
 public:
  // `unread`: what has come in already.
  MessageTalk(Stream& stream, Agreed agreed, Service::Upgrade upgrade, std::string unread);

  // ---- for its connection

  Codec& codec() { return *codec_; }
  Receiver& receiver() { return *receiver_; }
  void set_known(bool known);
  // Of this talk, limits included.
  void limit_rate(const Rate& rate);

  // ---- for its stream

  size_t own_bytes() const override { return sizeof(MessageTalk); }
  void begin() override;
  void receive(std::span<char> bytes) override;
  std::span<char> room() override;
  void filled(size_t count) override;
  void on_read_end() override;
  void on_heard() override { connection_.on_heard(); }
  bool paused() const override { return connection_.pauses().any(); }
  bool has_unread() const override { return !unread_.empty() || !unread_batch_.empty(); }
  void read_on() override;
  std::string_view on_end_of_input(const Socket::Result& result) override;
  void sweep(Loop::Clock::time_point now) override;
  bool look_for_life() override { return connection_.look_for_life(); }
  Held held_input() const override;
  void give_back_input() override;
  size_t shared_bytes() const override { return receiver_ ? receiver_->shared_bytes() : 0; }
  void limit_messages() override;
  bool says_goodbye(size_t held) override;
  void on_end() override;
  void tell_end() override;
  bool operation_pending() const override { return throttle_ && throttle_->waits(); }

 private:
  // So many bytes have come in. False: that was too much of somebody who is not known.
  bool admits(size_t size);
  void fail_as_unknown();
  void receive_frames(std::span<char> bytes);
  void receive_whole(std::span<char> message);
  void receive_message(std::span<char> message);
  void receive_batch(std::span<char> batch);
  void on_oversized(std::string_view beginning);
  void on_control(const CodecEvent& event);
  // Precondition: there is a throttle.
  void slow_down_if_over();
  void check_pace(Loop::Clock::time_point now);
  size_t longest_message() const;

  TcpConnection connection_;
  std::optional<Codec> codec_;          // until its memory is given back
  std::unique_ptr<Throttle> throttle_;  // null: no limit
  const size_t max_message_size_;
  std::string unread_;        // what came in before a pause;
  UnreadBatch unread_batch_;  // before that: a batch
  size_t unknown_bytes_ = 0;  // that have come in while the peer was unknown
  MessagePace pace_;
  uint32_t messages_ = 0;  // that have come in
  bool known_ = false;
  std::unique_ptr<Receiver> receiver_;  // goes first: all of the above is there for it
  bool has_opened_ = false;             // the receiver knows of the connection
};

}  // namespace transport
