// A call that has come to us, until it is answered.
//
// On the session's thread. Shared by those who have the invocation; its procedures know of it as long as
// somebody has. Without an answer its end is one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/inside/procedures.h"

namespace client {

struct Invocation::State {
  State(Procedures& its_owner, wamp::RequestId its_request) : owner(&its_owner), request(its_request) {}
  State(const State&) = delete;
  ~State();

  // Its last answer, if there has been none and somebody waits for one.
  void answer(const wamp::Message& message, const Payload& payload);
  void fail(std::string_view uri, const Payload& payload, const wamp::Dict& details);
  void interrupt(std::string_view mode);
  // It is answered, or needs no answer: it calls nobody any more. What it would call may have the invocation
  // itself, and each would keep the other for ever.
  void end();

  Procedures* owner;  // null: the session has ended
  const wamp::RequestId request;
  wamp::RegistrationId registration;
  std::string procedure;
  wamp::Dict details;
  Payload payload;
  std::function<void(std::string_view)> on_interrupt;
  std::shared_ptr<const std::function<void(const Payload&, bool)>> on_more;  // until its last part
  bool wants_progress = false, has_more = false;
  bool is_interrupted = false;
  bool is_ended = false;  // see end()
  bool is_answered = false;
};

}  // namespace client
