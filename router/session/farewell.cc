#include "router/session/farewell.h"

#include "router/base/log.h"

namespace router {

Farewell::Farewell(Worker& worker, Sender& sender, const std::shared_ptr<const Entrance>& entrance)
    : worker_(worker), sender_(sender), entrance_(entrance) {
  await(Awaited::first_hello, entrance->handshake_timeout());
}

void Farewell::await(Awaited what, std::chrono::milliseconds patience) {
  awaited_ = what;
  deadline_ = worker_.loop().now() + patience;
}

// ---- last words

void Farewell::say_goodbye(const wamp::Goodbye& message) {
  await(Awaited::goodbye, entrance_->close_timeout());
  sender_.send(message);
}

void Farewell::abort(std::string_view reason, std::string_view what) {
  awaited_ = Awaited::nothing;
  deadline_ = {};
  worker_.counters().aborts_sent.add(reason);
  sender_.send(wamp::Abort{wamp::Dict{{"message", what}}, std::string(reason), {}});
  // A proper close: clients take anything else for a lost connection and try again.
  sender_.connection().close(transport::close_code::normal, reason);
}

void Farewell::log_abort(std::string_view reason, std::string_view what) const {
  const std::string& peer = sender_.connection().peer_address();
  log::warning(log::Kind::abort, "aborting " + peer + ": " + std::string(reason) + ": " + std::string(what),
               {{"event", "abort"}, {"peer", peer}, {"uri", reason}, {"reason", what}});
}

void Farewell::close(const std::string& why) {
  log_close(why);
  sender_.connection().close(transport::close_code::policy_violation, why);
}

void Farewell::log_close(const std::string& why) const {
  const std::string& peer = sender_.connection().peer_address();
  log::warning(log::Kind::connection, "closing " + peer + ": " + why,
               {{"event", "close"}, {"peer", peer}, {"reason", why}});
}

// ---- what comes next

void Farewell::await_next_hello() {
  awaited_ = Awaited::nothing;
  deadline_ = {};
  if (worker_.shutting_down())
    return sender_.connection().close(transport::close_code::going_away, "the router shuts down");
  await(Awaited::next_hello, entrance_->long_patience());
}

void Farewell::sweep(SteadyTime now) {
  if (deadline_ == SteadyTime{} || now < deadline_) return;
  deadline_ = {};
  const auto in_time = [](std::chrono::milliseconds patience) {
    return "no HELLO within " + std::to_string(patience.count()) + " ms";
  };
  if (awaited_ == Awaited::goodbye) return close("no answer to GOODBYE in time");
  if (awaited_ == Awaited::next_hello) return close(in_time(entrance_->long_patience()) + " after GOODBYE");
  close(in_time(entrance_->handshake_timeout()));
}

void Farewell::owe(wamp::RequestId last) {
  last_owed_invocation_ = last;
  // Answers may be long.
  sender_.connection().set_known(last != wamp::RequestId());
}

}  // namespace router
