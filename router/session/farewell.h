// How the sessions of one connection end, and what is between them: the router's last words, the answers that
// past sessions still owe, and what a peer without a session must say next, and by when.
//
// Part of a session, as long as there is a connection; on its worker's thread. What it refers to outlives it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "router/base/clock.h"
#include "router/entrance/entrance.h"
#include "router/session/requests.h"
#include "router/session/sender.h"
#include "router/worker/worker.h"
#include "serializers/envelope/message_start.h"
#include "wamp/ids.h"
#include "wamp/message.h"

namespace router {

class Farewell {
 public:
  // `entrance`: the session's, which is another one from HELLO to HELLO. HELLO is awaited.
  Farewell(Worker& worker, Sender& sender, const std::shared_ptr<const Entrance>& entrance);

  // ---- last words

  // The peer is to answer it. Its session has ended.
  void say_goodbye(const wamp::Goodbye& message);
  // ABORT, and a close.
  void abort(std::string_view reason, std::string_view what);
  // That this comes.
  void log_abort(std::string_view reason, std::string_view what) const;
  // Without a word to the peer, but in the log.
  void close(const std::string& why);
  void log_close(const std::string& why) const;

  // ---- what comes next

  // Both sides have said GOODBYE.
  void await_next_hello();
  // It has come.
  void on_hello() { deadline_ = {}; }
  // We have said GOODBYE and wait for the peer's.
  bool awaits_goodbye() const { return awaited_ == Awaited::goodbye; }
  // Whoever takes too long is closed. Asked often, while there is no session.
  void sweep(SteadyTime now);

  // ---- what may still come

  // A session has ended; `last`: as Realm::last_owed_invocation().
  void owe(wamp::RequestId last);
  wamp::RequestId last_owed_invocation() const { return last_owed_invocation_; }
  // Who has left may still answer what it was asked as an earlier session of this connection, also when the
  // next one has begun.
  template <class M>
  bool is_late_answer(const M& message) const {
    if constexpr (std::is_same_v<M, wamp::Yield>)
      return is_late_answer({.type = M::type, .request = message.request});
    else if constexpr (std::is_same_v<M, wamp::Error>)
      return is_late_answer({M::type, message.request_type, message.request});
    else
      return false;
  }
  bool is_late_answer(const serializers::MessageStart& start) const {
    return answers_invocation(start) && start.request <= last_owed_invocation_;
  }

 private:
  enum class Awaited : uint8_t { first_hello, next_hello, goodbye, nothing };
  void await(Awaited what, std::chrono::milliseconds patience);

  Worker& worker_;
  Sender& sender_;
  const std::shared_ptr<const Entrance>& entrance_;
  Awaited awaited_ = Awaited::nothing;
  SteadyTime deadline_{};                 // of what is awaited; zero: none
  wamp::RequestId last_owed_invocation_;  // none: all is answered
};

}  // namespace router
