// A session's calls: from CALL to the last RESULT or ERROR.
//
// On the session's thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "client/inside/outlet.h"
#include "client/session.h"

namespace client {

class Calls {
 public:
  explicit Calls(Outlet& outlet) : outlet_(outlet) {}

  wamp::RequestId call(std::string_view procedure, const Payload& payload, CallOptions options,
                       Session::OnReply on_reply);
  void send_more(wamp::RequestId call, const Payload& payload, bool is_last);
  void cancel(wamp::RequestId call, CancelMode mode);

  // Of a call that has ended, or never was, nothing is told.
  void on_result(wamp::CallResult& result, Payload payload);
  void on_error(wamp::RequestId call, const Error& error);
  // That was to be woken: ends those whose time is over.
  void on_time();
  void fail_all(const Error& error);
  // Nobody is told anything any more.
  void abandon() {
    waiting_.clear();
    deadlines_.clear();
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Deadlines = std::multimap<Clock::time_point, wamp::RequestId>;
  struct Waiting {
    std::shared_ptr<const Session::OnReply> on_reply;
    std::string procedure;  // if more of its arguments follow
    Deadlines::iterator deadline;
  };

  void end(wamp::RequestId call, const Reply& reply);
  void time_out(wamp::RequestId call);
  Deadlines::iterator add_deadline(std::chrono::milliseconds timeout, wamp::RequestId call);

  Outlet& outlet_;
  std::unordered_map<uint64_t, Waiting> waiting_;  // by request
  Deadlines deadlines_;                            // of those that wait
};

}  // namespace client
