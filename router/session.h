// One peer's session: the state machine between a connection's messages and a realm.
//
// Owned by its connection, lives on its worker's thread. Everybody else holds its SessionRef. A connection
// may carry several sessions one after the other: after GOODBYE it waits for the next HELLO. The worker
// outlives it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/admission.h"
#include "router/delivery.h"
#include "router/entrance.h"
#include "router/event_backlog.h"
#include "router/held_requests.h"
#include "router/session_record.h"
#include "router/session_ref.h"
#include "router/worker.h"
#include "serializers/message_start.h"
#include "serializers/serializer.h"
#include "transport/connection.h"
#include "transport/loop.h"

namespace router {

class Session final : public transport::Receiver, private Admission::Desk {
 public:
  Session(Worker& worker, std::shared_ptr<const Entrance> entrance, serializers::Format format,
          Arrival arrival = {});

  void on_open(transport::Connection& connection) override;
  void on_message(std::span<char> bytes) override;
  void on_read_end() override { worker_.deliver_mail(); }
  bool on_oversized(std::string_view beginning) override;
  void on_closed(const transport::CloseReason& reason) override;

  void on_silent() override;
  void on_alive() override;

  // What the worker found in its mailbox for this session.
  void deliver(Delivery& delivery);
  void obey(SessionOrder& order);
  // Some of the requests that waited for an authorizer need not wait any longer.
  void carry_out_held();
  // Of an EVENT. It waits, or gives way, or the peer is dropped, if there is no room for it; one that is
  // longer than the peer takes is dropped, counted and logged.
  void deliver_event(const transport::BufferRef& frame, config::SlowConsumer policy, EventShare& share);
  // True: an EVENT with a payload of so many bytes and no details may be given to send_event().
  bool has_room_for(size_t payload_bytes, config::SlowConsumer policy) const;
  void send_event(transport::BufferRef frame);
  bool admitted_by(const EventFilter& filter) const;

  // For the log: "session 4711 of 127.0.0.1:4242".
  std::string name() const {
    return "session " + std::to_string(ref_.session.value) + " of " + connection_->peer_address();
  }
  serializers::Format format() const { return format_; }
  transport::Framing framing() const { return connection_->framing(); }

  // Bytes of memory held for the peer, and the end of that.
  size_t held_bytes() const;
  void give_way(size_t held);

  // Once a second: a peer that takes too long to say HELLO or GOODBYE, or takes nothing of a stream, is
  // closed.
  void check_deadline();
  // At the end of a turn: those who were slowed down because of this session's peer may go on if it has
  // caught up.
  void check_choke();
  // True if the worker that could not keep up with this session's messages has, so it is read again.
  bool end_waiting();
  // At the end of a turn: the connection gets as much as it has room for of the events that wait.
  void catch_up();
  // The router shuts down: who is in no realm is closed at once, the others `after` that time at the
  // earliest.
  void begin_drain(std::chrono::milliseconds after);
  // GOODBYE if it is time: when calls in flight have ended, or `deadline` is over. The connection is closed
  // when the peer has answered.
  void continue_drain(const Drain& drain);

 private:
  enum class State : uint8_t {
    closed,       // no session; HELLO opens one
    admitting,    // between HELLO and WELCOME
    refusing,     // ABORT comes when somebody who guesses has waited long enough
    established,  // a member of a realm
    closing,      // we have sent GOODBYE and wait for the peer's
  };

  // Decodes the message and calls take(M&) for it.
  template <class Take>
  wamp::Result<void> decode(std::string_view bytes, Take take);
  template <class M>
  void take(M& message, std::string_view bytes);
  void on_message_while_closed(const wamp::Message& message);
  void on_message_while_admitting(const wamp::Message& message);
  void on_message_while_closing(const wamp::Message& message);
  template <class M>
  void take_while_established(M& message, std::string_view bytes);
  wamp::Result<void> check_request_id(wamp::MessageType type, wamp::RequestId request);
  // Of a message that is not taken. False: nobody can be told.
  bool refuse(const serializers::MessageStart& start, std::string_view error_uri);
  bool refuse_request(const serializers::MessageStart& start, std::string_view error_uri);
  void refuse_answer(wamp::RequestId invocation, std::string_view error_uri);
  void end_call(wamp::RequestId call);
  // True: memory is short, and the message was refused for it.
  bool refuses_for_memory(wamp::MessageType type, std::string_view bytes);
  // A further chunk of a progressive call, whose request id is not a new one.
  bool is_continuation(wamp::RequestId call) const;
  // True: an authorizer must be asked first, or others that came before are waiting for one.
  bool holds(const wamp::Message& message, std::string_view bytes, bool is_chunk);
  template <class M>
  void carry_out(M& message, bool is_chunk);
  template <class M>
  wamp::Result<void> route(M& message, bool is_chunk);
  RoutedPayload routed(const wamp::Payload& payload);

  void open_session(const wamp::Hello& hello);
  void on_challenge(const auth::Challenge& challenge) override;
  void on_accepted(const auth::Accepted& accepted) override;
  void on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) override;
  // Null, or why not.
  std::optional<Refusal> join(const auth::Accepted& accepted);
  void end_admission();
  void welcome(const wamp::Dict& authextra);
  auth::Cookies* cookies() const;  // null: none are tracked, or the client has none
  void forget_cookie();
  // Ends the session's membership; the connection stays.
  void leave(std::string_view why, Counter& counter);
  void leave_realm(std::string_view why, Counter& counter);
  void on_expired();
  // The realm has removed this session from its members.
  void on_removed(const wamp::Goodbye& farewell);
  void say_goodbye(const wamp::Goodbye& message);
  void lose_too_long();
  size_t low_water() const;
  size_t room_for_events(config::SlowConsumer policy) const;
  // Its messages have filled another worker's mailbox.
  void wait_for_worker(const Mailbox& mailbox);
  // When the connection has no room for an event.
  void fall_behind(config::SlowConsumer policy, EventShare& share);
  void send_waiting(const EventBacklog::Next& next);
  void drop_slow_consumer();
  void end_backlog();
  // So much waits for the peer that it gets no calls, and its requests, which would be answered, are not
  // read.
  void clog();
  void unclog();
  // Slows down the source of a stream as long as this session's peer does not take it.
  void choke(const SessionRef& source);
  void end_choke();

  WorkerCounters& counters() { return worker_.counters(); }
  void count_sent(const wamp::Message& message, size_t bytes);
  void count_event(size_t bytes);
  void send(const wamp::Message& message);
  void refuse_too_long(const wamp::Message& message);
  template <class... Parts>
  void tell_realm(Parts&&... parts);
  // ABORT and close: the one place that answers a peer which broke the protocol.
  void violate(std::string_view what);
  void abort(std::string_view reason, std::string_view what);

  Worker& worker_;
  std::shared_ptr<const Entrance> entrance_;
  const serializers::Format format_;
  const Arrival arrival_;
  transport::Connection* connection_ = nullptr;    // from on_open to on_closed
  transport::Loop::Clock::time_point deadline_{};  // of the first HELLO, of AUTHENTICATE, of a held back
                                                   // ABORT, or of the answer to GOODBYE; zero: none
  const size_t max_queued_bytes_;
  size_t max_frame_size_ = 0;        // that the peer takes
  uint64_t oversized_messages_ = 0;  // of the peer

  State state_ = State::closed;
  std::unique_ptr<Admission> admission_;          // while admitting
  std::optional<wamp::ClientFeatures> features_;  // likewise
  std::optional<auth::Refused> refused_;          // while refusing
  std::optional<WallTime> expires_;               // of the present session
  std::shared_ptr<Realm> realm_;                  // while established
  Member* member_ = nullptr;                      // while established
  std::unique_ptr<HeldRequests> held_;            // since an authorizer was first asked
  SessionRef ref_;                                // of the present or the last session
  SessionRecord record_;                          // likewise
  Identity identity_;                             // likewise
  std::shared_ptr<const wamp::Dict> extra_;       // the member's
  wamp::RequestId last_request_;
  std::vector<SessionRef> choked_;  // sources of streams that wait for this session's peer
  bool clogged_ = false;
  std::unique_ptr<EventBacklog> backlog_;  // while events wait
  size_t choked_bytes_ = 0;                // queued when it last took something
  transport::Loop::Clock::time_point choked_since_{};
  const Mailbox* waits_for_ = nullptr;               // of another worker
  int pauses_ = 0;                                   // because of others' peers
  transport::Loop::Clock::time_point drained_at_{};  // when it is to be told that the router shuts down
};

}  // namespace router
