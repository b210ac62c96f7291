// The Connection over a stream: what who sits on it can do, and how it ends. What comes in is its
// MessageTalk's concern, of which it is a part.
//
// Lives on its stream's thread.
#pragma once

#include <memory>
#include <string>

#include "transport/connection/connection.h"
#include "transport/messages/codec.h"
#include "transport/messages/liveness.h"
#include "transport/stream/stream.h"

namespace transport {

class MessageTalk;

class TcpConnection final : public Connection {
 public:
  TcpConnection(Stream& stream, MessageTalk& talk, Framing framing, size_t max_frame_size,
                bool may_be_pinged);

  Framing framing() const override { return framing_; }
  size_t max_frame_size() const override { return max_frame_size_; }
  const std::string& peer_address() const override { return stream_.peer().address(); }
  std::string channel_binding(ChannelBinding type) const override;
  const ClientCertificate* client_certificate() const override;
  void send(BufferRef frame) override;
  bool offer(const BufferRef& frame, size_t max_queued) override {
    if (queued_memory() + frame->size() > max_queued) return false;
    send(frame);
    return true;
  }
  BufferRef take_buffer_of(std::string_view part) override;
  size_t queued_bytes() const override { return stream_.output().bytes(); }
  int64_t taken_bytes() override { return stream_.socket().intake().taken; }
  bool peer_has_left() override { return stream_.socket().peer_has_left(); }
  size_t queued_memory() const override { return stream_.output().held(); }
  size_t share() const override { return stream_.share(); }
  void on_out_of_memory() override { stream_.on_out_of_memory(); }
  void set_known(bool known) override;
  void close(uint16_t code, std::string_view reason) override;
  void drop(std::string why) override { stream_.drop(std::move(why), &Counters::closed_slow); }
  void probe() override;
  void ping(std::string_view payload) override;
  void limit_rate(const Rate& rate) override;

  // ---- for its talk

  // Neither side has said the last word.
  bool is_open() const { return !closing_ && stream_.talking(); }
  // The client understands another separator.
  void set_framing(Framing framing) { framing_ = framing; }
  void on_ping(std::string_view payload);
  void on_close_frame(const CodecEvent& event);
  // The peer broke the protocol: it is told why if there is a way, and nothing more of it is read.
  void fail(uint16_t code, std::string_view text);
  // Signs of life.
  Liveness& liveness() { return liveness_; }
  void on_heard();
  void check_liveness(Loop::Clock::time_point now);
  bool look_for_life();
  // The stream has ended.
  void on_end();

 private:
  void on_resumed() override;
  void ask();
  void queue_ping(std::string_view payload);

  Stream& stream_;
  MessageTalk& talk_;
  Liveness liveness_;
  const size_t max_frame_size_;
  Framing framing_;
  bool closing_ = false;  // our close frame is on its way, the peer's is awaited
  bool in_probed_ = false;
};

}  // namespace transport
