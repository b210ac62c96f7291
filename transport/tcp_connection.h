// The Connection over a stream socket: from the first byte of a request to the end of the socket.
//
// Lives on its loop's thread; the loop owns it and destroys it once it is closed and no operation of it is
// pending. Its receiver is told and destroyed at the end of a turn only, so never inside a call of the
// receiver's.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <variant>

#include "transport/batch.h"
#include "transport/connection.h"
#include "transport/loop_state.h"
#include "transport/message_pace.h"
#include "transport/rawsocket_codec.h"
#include "transport/socket.h"
#include "transport/websocket_codec.h"
#include "transport/write_queue.h"

namespace transport {

class TcpConnection final : public Connection, private HttpExchange {
 public:
  // `place` is its index in the loop's list.
  TcpConnection(Loop& loop, size_t place, Arrival arrival, std::shared_ptr<const Served> served);
  ~TcpConnection() override;

  Framing framing() const override { return framing_; }
  const std::string& peer_address() const override { return peer_address_; }
  std::string channel_binding(ChannelBinding type) const override;
  const ClientCertificate* client_certificate() const override;
  void send(BufferRef frame) override;
  bool offer(const BufferRef& frame, size_t max_queued) override {
    if (queued_memory() + frame->size() > max_queued) return false;
    send(frame);
    return true;
  }
  BufferRef take_buffer_of(std::string_view part) override;
  size_t max_frame_size() const override { return max_frame_size_; }
  size_t queued_bytes() const override { return queue_.bytes() + (batch_ ? batch_->bytes() : 0); }
  int64_t taken_bytes() override { return socket_.intake().taken; }
  size_t queued_memory() const override { return queue_.held() + (batch_ ? batch_->held() : 0); }
  size_t share() const override;
  void give_way(size_t held) override;
  void on_out_of_memory() override;
  void set_known(bool known) override;
  void close(uint16_t code, std::string_view reason) override;
  void drop(std::string why) override;
  void probe() override;
  void limit_rate(const Rate& rate) override;

  // For the loop. `read`: what was read of the socket before.
  void start(std::span<char> read);
  void write_queued();
  void write_full();
  void sweep(Loop::Clock::time_point now);
  // Again and again after probe(). False: no longer.
  bool look_for_life();
  // The longest message that may begin now is another one.
  void limit_messages();
  // At the end of a turn: tells the receiver that the connection is gone; closes the socket. May destroy
  // *this.
  void bury();
  // The loop is being destroyed: whatever is asked of the connection from now on is ignored.
  void abandon() { stage_ = Stage::closed; }
  size_t place() const { return place_; }
  void set_place(size_t place) { place_ = place; }

 private:
  enum class Stage : uint8_t {
    announced,  // a proxy is to tell whose connection it is
    opening,    // reading a request
    waiting,    // a request is answered later
    answering,  // the answer is on its way, another request may follow
    open,       // WebSocket or RawSocket
    closing,    // our close frame is on its way, the peer's is awaited
    ending,     // the last bytes are on their way; what comes in is thrown away
    closed,     // nothing more is done with the socket
  };

  void read_announcement();
  void begin(std::span<char> read);
  void remark(const std::string& what) const;
  void count_refused(const std::string& peer, const std::string& why, Counter& counter) const;
  void refuse(const std::string& why, Counter& counter);
  bool come_from(const std::string& client);
  bool count_in();
  bool count_address();
  void leave_address();
  void enter_half_open();
  void leave_half_open();
  // Calls `then` when there is something to read.
  void when_readable(void (TcpConnection::*then)());
  void wait_for_input();
  void on_readable();
  // Where the next bytes belong, if a codec wants them there.
  std::span<char> room_for_input();
  void on_heard();
  void on_end_of_input(const Socket::Result& result);
  void on_end_of_opening(const Socket::Result& result);
  void on_late_opening();
  void receive(std::span<char> bytes);
  void receive_head(std::span<char> bytes);
  void receive_early(std::span<char> bytes);
  void receive_rawsocket_handshake();
  void receive_frames(std::span<char> bytes);
  CodecEvent next_event(std::span<char>& bytes);
  // Precondition: it speaks WebSocket or RawSocket.
  template <class Use>
  auto with_codec(Use use) {
    if (auto* const websocket = std::get_if<WebSocketCodec>(&codec_)) [[likely]]
      return use(*websocket);
    return use(std::get<RawSocketCodec>(codec_));
  }
  // A message, or a batch of them.
  void receive_whole(std::span<char> message);
  void receive_message(std::span<char> message);
  void on_oversized(std::string_view beginning);
  void receive_batch(std::span<char> batch);
  void keep_batch(std::span<const char> rest);
  void on_control(const CodecEvent& event);
  void on_resumed() override;
  void on_ping(std::string_view payload);
  void ping();
  void on_close_frame(const CodecEvent& event);
  void continue_reading();
  void read_on();

  // A POST or OPTIONS that is being read or answered.
  struct Posted {
    HttpRequest request;
    size_t head_size = 0;
    size_t body_size = 0;
    bool keep_alive = false;
    std::vector<std::pair<std::string, std::string>> headers;  // of the answer
    HttpWaiter* waiter = nullptr;                              // while it is answered later
  };

  // Of a peer that was asked for a sign of life, which may be too busy to answer soon.
  struct Asked {
    Intake seen;    // when it was last looked at
    int64_t ahead;  // what it must have taken to come to the ping
  };

  // Of a peer whose rate is limited.
  struct Throttle {
    RateMeter meter;
    asio::steady_timer timer;
    bool waiting = false;  // reading is paused until the timer ends
  };

  std::variant<HttpRequest, HttpResponse> read_request(std::string_view head) const;
  void on_request(const HttpRequest& request);
  void begin_post(HttpRequest request, size_t head_size);
  void receive_body();
  void answer(HttpResponse response) override;
  void begin_answer(HttpResponse response);
  void add_header(std::string name, std::string value) override;
  ListenerCounts& counts() override { return *served_->counts; }
  void begin_next_request();
  void move_to(Loop& loop);
  void respond(const HttpResponse& response, bool head_only = false);
  void refuse_request(const HttpResponse& response);
  void refuse_request(const std::string& peer, const HttpResponse& response, Counter& counter);
  void refuse_rawsocket(const RawSocketRefusal& refusal);
  void open(const std::string& response, Service::Upgrade upgrade);
  void end_with(std::string_view last_words);

  void queue(BufferRef frame);
  void on_queued();
  void drop_if_over();
  void end_batch();
  // Brings the loop's gauge and the account up to date.
  void count_queued();
  void count_input();
  void give_back_input();
  size_t longest_message() const;
  // Of an unknown peer. False: that was too much.
  bool takes_of_unknown(size_t size);
  void fail_as_unknown();
  void queue_bytes(std::string_view bytes);
  void write_now();
  void on_written(const Socket::Result& result, size_t gathered);
  void wait_for_output();
  void on_all_written();

  void check_liveness(Loop::Clock::time_point now);
  bool may_be_pinged() const;
  // For a sign of life, by a ping.
  void ask();
  bool takes_what_waits();
  void slow_down_if_over();
  void check_body(Loop::Clock::time_point now);
  void check_pace(Loop::Clock::time_point now);
  bool message_trickles(Loop::Clock::time_point now);
  std::optional<size_t> unfinished_message() const;
  void fail(uint16_t code, std::string_view text);
  void drop(std::string why, CounterOf counter);
  void end();
  void bury_later();
  void leave_counts();
  void set_reason(CloseReason reason);
  const CloseReason* reason() const;  // null: there is none
  bool operation_pending() const {
    return read_waiting_ || write_waiting_ || resume_posted_ || (throttle_ && throttle_->waiting);
  }
  Loop::Clock::time_point deadline_in(int timeout_ms) const;

  Loop& loop_;
  Loop::State& state_;
  const std::shared_ptr<const Served> served_;
  size_t max_queued_bytes_;
  Socket socket_;
  WriteQueue queue_;
  std::variant<std::monostate, WebSocketCodec, RawSocketCodec> codec_;
  std::unique_ptr<OutgoingBatch> batch_;  // if the framing is batched
  std::unique_ptr<Posted> posted_;
  std::unique_ptr<Throttle> throttle_;  // null: no limit
  std::unique_ptr<Asked> asked_;        // until on_alive(), which is due with the next sign of life
  std::unique_ptr<Receiver> receiver_;
  std::unique_ptr<CloseReason> reason_;  // the first one counts
  std::string peer_address_;
  std::string unread_;        // opening: the head so far; later: what came in before a pause
  std::string unread_batch_;  // before that: a batch
  size_t batch_read_ = 0;     // of which this much is done
  Loop::Clock::time_point heard_at_;
  Loop::Clock::time_point
      deadline_;               // opening: of the handshake; open: of the ping's answer; then: of the socket
  size_t counted_queued_ = 0;  // of queued_bytes(), in the loop's gauge
  size_t counted_input_ = 0;   // of what has come in, in the loop's input_in_buffers
  size_t place_;
  size_t max_frame_size_ = SIZE_MAX;
  size_t unknown_bytes_ = 0;  // that have come in while the peer was unknown
  MessagePace pace_;
  uint32_t messages_ = 0;                                // that have come in
  std::list<TcpConnection*>::iterator half_open_place_;  // if it is half open
  const bool is_fresh_;                                  // of accept, not of another loop
  bool is_half_open_ = false;
  bool is_address_counted_ = false;
  Stage stage_;
  Framing framing_ = Framing::websocket_text;
  bool known_ = false;
  bool silent_ = false;           // for ping_interval_ms
  bool speaks_of_pings_ = false;  // has sent a ping or a pong
  bool in_probed_ = false;
  bool in_unwritten_ = false;
  bool in_full_ = false;
  bool in_ended_ = false;
  bool read_waiting_ = false;
  bool write_waiting_ = false;
  bool resume_posted_ = false;
  bool input_ended_ = false;
  bool lacks_memory_ = false;  // there was none for what it wants
  bool close_when_written_ = false;
  bool socket_closed_ = false;
  bool abort_ = false;  // the peer takes nothing: do not let the kernel try
};

template <class Work>
void Loop::State::do_for(TcpConnection& connection, Work work) {
  if (!has_memory_for(work)) connection.on_out_of_memory();
}

}  // namespace transport
