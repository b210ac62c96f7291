// Why a request is refused, and that on its way to who has asked.
//
// What refuses may hold a realm's lock, so it says URI and text only: the ERROR is made where the mail is
// taken out (error_of() in delivery.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "router/base/session_ref.h"
#include "wamp/message.h"

namespace router {

struct Refusal {
  std::string_view error_uri;  // of wamp/error_uris.h
  std::string text;            // for people, in the ERROR's arguments
};

// Without the arguments.
inline wamp::Error error_of(wamp::MessageType request_type, wamp::RequestId request, const Refusal& why) {
  return {request_type, request, {}, std::string(why.error_uri), {}};
}

struct Refused {
  SessionRef to;
  wamp::MessageType request_type{};
  wamp::RequestId request;
  // Of a call that has been begun (CallId in call_mail.h): the caller's half gives the answer, if it has not
  // ended. 0: it is none.
  uint64_t number = 0;
  Refusal why;
  bool not_taken = false;  // of such a call: no callee has got it
};

}  // namespace router
