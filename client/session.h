// A WAMP session on a connection of its own: it connects, logs in, and is there until it ends, once.
//
// Lives on its loop's thread. It begins to connect when it is made; nothing is ever called within a call of
// one of its members. It may be destroyed at any time, also within one of its handlers: then the connection
// ends without a word, and none of its handlers is called any more. To come back after an end, make another
// one: backoff.h says when.
//
// A request may be made when the session has joined; one that is made before, or after its end, fails with
// error_of_end. So do those that have not been answered when it ends; they are told before on_end. What is
// made of a request is told in the order in which the router says it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "client/loop.h"
#include "client/messages.h"
#include "client/options.h"

namespace client {

// Any of them may be empty.
struct Handlers {
  std::function<void(const Joined&)> on_joined = {};
  // The last that is called.
  std::function<void(const End&)> on_end = {};
  // Each message that is sent or has come. It looks on, also within calls of the session's members, and must
  // not use or destroy the session.
  std::function<void(const Traced&)> on_message = {};
};

enum class CancelMode : uint8_t { skip, kill, killnowait };

struct CallOptions {
  wamp::Dict options = {};  // of CALL
  bool wants_progress = false;
  bool has_more = false;  // further parts of its arguments follow by send_more()
  // After it the call is canceled (killnowait) and ends with wamp.error.timeout, whatever the router does.
  // 0: it may take as long as it likes; at most a year.
  std::chrono::milliseconds timeout{0};
};

// The done-functions are called once. They may be empty, but an acknowledgement is asked for only if there is
// somebody to be told.
class Session {
 public:
  // Throws std::invalid_argument that says what is wrong with the options, and std::runtime_error if a file
  // of `tls` cannot be used.
  Session(Loop& loop, Options options, Handlers handlers);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Null until it has joined.
  const Joined* joined() const;
  bool ended() const;

  // Says GOODBYE behind all that is queued, and ends when the router has answered it, which it does when it
  // has taken all of that: End::reason is its answer's. Ends without an answer, and with an empty reason, if
  // nothing of what is queued has gone out for so long, or the connection ends.
  void leave(std::string_view reason = "wamp.close.normal",
             std::chrono::milliseconds patience = std::chrono::milliseconds(1000));

  // `on_reply` is called with each progress, and last with the result or an error. Returns 0 if the call
  // could not be sent.
  using OnReply = std::function<void(const Reply&)>;
  wamp::RequestId call(std::string_view procedure, const Payload& payload, CallOptions options,
                       OnReply on_reply);
  // Further arguments of a call that was made with has_more. Ignored if it has ended.
  void send_more(wamp::RequestId call, const Payload& payload, bool is_last);
  // The answer comes as for any call: with "skip" and "killnowait" wamp.error.canceled. Ignored if it has
  // ended.
  void cancel(wamp::RequestId call, CancelMode mode = CancelMode::killnowait);

  // Acknowledged if there is a `done`. False if it is not sent: the session has not joined or has ended, or
  // the message is longer than the connection takes; `done` is told so, too.
  using OnPublished = std::function<void(wamp::PublicationId publication, const Error* error)>;
  bool publish(std::string_view topic, const Payload& payload, const wamp::Dict& options = {},
               OnPublished done = {});

  using OnEvent = std::function<void(const Event&)>;
  using OnSubscribed = std::function<void(wamp::SubscriptionId subscription, const Error* error)>;
  // `options`: "match" ("exact", "prefix", "wildcard"), "get_retained", ... Several subscriptions of one
  // topic are one for the router, with one id here, too: each of their handlers is called.
  void subscribe(std::string_view topic, OnEvent on_event, const wamp::Dict& options = {},
                 OnSubscribed done = {});
  using OnDone = std::function<void(const Error* error)>;
  // All handlers of it.
  void unsubscribe(wamp::SubscriptionId subscription, OnDone done = {});

  using OnInvocation = std::function<void(Invocation)>;
  using OnRegistered = std::function<void(wamp::RegistrationId registration, const Error* error)>;
  // `options`: "match", "invoke", "concurrency", "force_reregister", ...
  void register_procedure(std::string_view procedure, OnInvocation on_invocation,
                          const wamp::Dict& options = {}, OnRegistered done = {});
  void unregister(wamp::RegistrationId registration, OnDone done = {});

  // The router takes a subscription or registration away: by its meta API, or as somebody else has taken the
  // procedure over. Its handlers are forgotten.
  struct Revoked {
    wamp::SubscriptionId subscription;
    wamp::RegistrationId registration;  // one of them is none
    std::string reason;
  };
  void on_revoked(std::function<void(const Revoked&)> call);

  // Asks the router for a sign of life by a PING of WebSocket or RawSocket: how long the answer took. Nothing
  // if the session has ended before. Also before it has joined, once it is connected.
  void ping(std::function<void(std::optional<std::chrono::nanoseconds>)> done);

  // Bytes that are queued and that the router's end has not taken: who sends much waits while there are many.
  size_t queued_bytes() const;

 private:
  class Inside;
  const std::unique_ptr<Inside> inside_;
};

}  // namespace client
