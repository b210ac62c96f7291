// One peer's session: the state machine between a connection's messages and a realm.
//
// Owned by its connection, lives on its worker's thread. Everybody else holds its SessionRef. A connection
// may carry several sessions one after the other: after GOODBYE it waits for the next HELLO. The realms, the
// transport's configuration and the worker outlive it.
#pragma once

#include <string>
#include <string_view>

#include "router/config/config.h"
#include "router/delivery.h"
#include "router/realms.h"
#include "router/session_ref.h"
#include "router/worker.h"
#include "serializers/serializer.h"
#include "transport/connection.h"
#include "transport/loop.h"

namespace router {

class Session final : public transport::Receiver {
 public:
  Session(Worker& worker, const Realms& realms, const config::Transport& transport,
          serializers::Format format);

  void on_open(transport::Connection& connection) override;
  void on_message(std::span<char> bytes) override;
  void on_closed(const transport::CloseReason& reason) override;

  // What the worker found in its mailbox for this session.
  void deliver(const wamp::Message& message, RoutedPayload payload);
  void deliver_frame(const transport::BufferRef& frame) { connection_->send(frame); }
  bool admitted_by(const EventFilter& filter) const;

  serializers::Format format() const { return format_; }
  transport::Framing framing() const { return connection_->framing(); }

  // Once a second: a peer that takes too long to say HELLO is closed.
  void check_deadline();
  // The router shuts down: GOODBYE, and the connection is closed when the peer has answered.
  void shut_down();

 private:
  enum class State : uint8_t {
    closed,       // no session; HELLO opens one
    established,  // a member of a realm
    closing,      // we have sent GOODBYE and wait for the peer's
  };

  void on_message_while_closed(const wamp::Message& message);
  void on_message_while_closing(const wamp::Message& message);
  void on_message_while_established(wamp::Message& message);
  wamp::Result<void> check_request_id(const wamp::Message& message);
  wamp::Result<void> route(wamp::Message& message);

  void open_session(const wamp::Hello& hello);
  void welcome();
  // Ends the session's membership; the connection stays.
  void leave(std::string_view why);
  void goodbye(std::string_view reason);

  void send(const wamp::Message& message);
  // ABORT and close: the one place that answers a peer which broke the protocol.
  void violate(std::string_view what);
  void abort(std::string_view reason, std::string_view what);

  Worker& worker_;
  const Realms& realms_;
  const config::Transport& transport_;
  const serializers::Format format_;
  transport::Connection* connection_ = nullptr;    // from on_open to on_closed
  transport::Loop::Clock::time_point deadline_{};  // of the first HELLO; zero once it has come

  State state_ = State::closed;
  Realm* realm_ = nullptr;    // while established
  Member* member_ = nullptr;  // while established
  SessionRef ref_;            // of the present or the last session
  Identity identity_;         // likewise
  wamp::RequestId last_request_;
};

}  // namespace router
