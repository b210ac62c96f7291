// What a session tells those who use it: that it has joined, answers, events, calls, and why it ended.
//
// What is passed by reference is valid during the call only; copies are the caller's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/payload.h"
#include "wamp/ids.h"
#include "wamp/message_type.h"
#include "wamp/value.h"

namespace client {

// WELCOME.
struct Joined {
  wamp::SessionId session;
  std::string realm;  // that it is in
  std::string authid, authrole, authmethod, authprovider;
  wamp::Dict details;  // all of WELCOME.Details
  std::string cookie;  // "NAME=VALUE" that the HTTP answer has set, for the next Login; else empty
  serializers::Format serializer{};
  std::string transport;  // "WebSocket to 127.0.0.1:8080 with TLSv1.3", for people
};

// Why a session is over, or never was.
enum class EndKind : uint8_t {
  cannot_connect,   // no such host, nobody listens there, no answer in time, or an end before there was one
  tls_failed,       // no TLS with each other; above all: the server's certificate is not to be trusted
  upgrade_refused,  // somebody is there, but no router that speaks this: another HTTP status, no such path,
                    // a wrong answer, a serializer that is not served, HELLO is longer than it takes
  login_refused,    // ABORT: `reason` and `text` say why
  no_such_realm,    // ABORT wamp.error.no_such_realm
  aborted,          // ABORT of another kind: before the session, or in the middle of it
  protocol_error,   // the router broke the protocol: `text` says how
  goodbye,          // the router said GOODBYE: killed, shut down, a token that has expired
  left,             // we did
  connection_lost,  // without a word, or after a close frame without GOODBYE
  timeout,          // it was connected, but not welcome in time
};

// Of an ABORT with that reason.
EndKind kind_of_abort(std::string_view reason, bool joined);

struct End {
  EndKind kind = EndKind::left;
  bool joined = false;   // the session had joined before
  std::string reason;    // a URI: of ABORT or GOODBYE; else empty
  std::string text;      // what happened, for people, as one clause without a full stop
  bool for_now = false;  // upgrade_refused by HTTP 429 or 5xx, or RawSocket's "too many connections"
  // That GOODBYE or ABORT asks us to wait before we come back (`retry_after` of its details); 0: nothing. At
  // most a day.
  std::chrono::milliseconds retry_after{0};

  // It may be worth trying again later: it was lost, or could not be made, the router is going down, or
  // refuses only for now.
  bool may_retry() const;
};

// What a request is refused with: the router's ERROR, or the callee's. A request whose session ends gets
// this one.
inline constexpr std::string_view error_of_end = "wampd.error.session_ended";

struct Error {
  std::string uri;
  wamp::Dict details;
  Payload payload;

  // For people: the URI and the first argument if it is a string.
  std::string text() const;
};

// One answer to a call.
struct Reply {
  enum class Kind : uint8_t { progress, result, error };
  Kind kind = Kind::result;
  Error error;         // of an error: all of it
  wamp::Dict details;  // of the RESULT
  Payload payload;     // the same

  bool is_last() const { return kind != Kind::progress; }
  bool is_error() const { return kind == Kind::error; }
};

struct Event {
  wamp::SubscriptionId subscription;
  wamp::PublicationId publication;
  std::string topic;  // that it was published to, also if the subscription is a pattern's
  wamp::Dict details;
  Payload payload;
};

// A call that has come to us. Whoever has it must answer it, then or later, within the handler or not: the
// last one that goes without an answer gives "wamp.error.runtime_error". On the session's thread only; may
// outlive the session, and then does nothing.
class Invocation {
 public:
  struct State;
  explicit Invocation(std::shared_ptr<State> state) : state_(std::move(state)) {}

  const wamp::Dict& details() const;
  const Payload& payload() const;      // of the first one, if there are several
  std::string_view procedure() const;  // that was called, also if the registration is a pattern's
  wamp::RegistrationId registration() const;
  // The caller takes progress().
  bool wants_progress() const;
  // More of its arguments come (progressive call invocations): see on_more().
  bool has_more() const;
  // Its caller has gone or has canceled it, its time is over, or the session has ended: an answer is for
  // nobody.
  bool is_interrupted() const;
  bool is_answered() const;

  // Does nothing if the caller does not want it.
  void progress(const Payload& payload, const wamp::Dict& options = {});
  // The last words; only the first of them count.
  void result(const Payload& payload, const wamp::Dict& options = {});
  void error(std::string_view uri, const Payload& payload = {}, const wamp::Dict& details = {});

  // Called once when it is interrupted; `mode`: "kill", "killnowait" or "skip", empty at the session's end.
  // An answer to "kill" is still awaited.
  void on_interrupt(std::function<void(std::string_view mode)> call);
  // Called with each further part of its arguments. To be set within the handler: what comes when there is
  // none is dropped. Both functions may have a copy of the invocation; they go when it is answered or needs
  // no answer, on_more()'s also behind the last part.
  void on_more(std::function<void(const Payload& payload, bool is_last)> call);

 private:
  std::shared_ptr<State> state_;
};

// A message on its way, for those who want to look on.
struct Traced {
  bool sent = false;  // or received
  wamp::MessageType type{};
  serializers::Format format{};
  std::string_view bytes;  // of the message. Of AUTHENTICATE there are none: it has secrets

  // "[1,"realm1",{}]". Of AUTHENTICATE "[5,"...",{}]".
  std::string to_json() const;
};

}  // namespace client
