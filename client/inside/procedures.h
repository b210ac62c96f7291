// What a session has registered, and the calls that come to it.
//
// On the session's thread.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "client/inside/outlet.h"
#include "client/session.h"

namespace client {

class Procedures {
 public:
  Procedures(Outlet& outlet, size_t max_invocations) : outlet_(outlet), max_invocations_(max_invocations) {}
  ~Procedures() { abandon(); }
  Procedures(const Procedures&) = delete;

  void register_procedure(std::string_view procedure, Session::OnInvocation on_invocation,
                          const wamp::Dict& options, Session::OnRegistered done);
  void unregister(wamp::RegistrationId registration, Session::OnDone done);

  // What nobody waits for any more is dropped.
  void on_registered(const wamp::Registered& message);
  void on_unregistered(const wamp::Unregistered& message);
  void on_invocation(wamp::Invocation& message, Payload payload);
  void on_interrupt(const wamp::Interrupt& message);
  // The router has taken it away: true if it was there.
  bool forget(wamp::RegistrationId registration) { return registrations_.erase(registration.value) > 0; }
  void on_error(wamp::RequestId request, const Error& error);
  // The session ends: those who answer calls are told, too.
  void fail_all(const Error& error);
  // Nobody is told anything any more.
  void abandon();

  // ---- for invocations

  std::optional<Error> send(const wamp::Message& message, const Payload& payload) {
    return outlet_.send(message, payload);
  }
  // It has its last answer, or needs none. If it has more, further parts may be on the way.
  void end(wamp::RequestId invocation, bool has_more);

 private:
  struct Registering {
    std::string procedure;
    std::shared_ptr<const Session::OnInvocation> on_invocation;
    Session::OnRegistered done;
  };
  using Waiting = std::variant<Registering, Session::OnDone>;
  struct Registration {
    std::string procedure;
    std::shared_ptr<const Session::OnInvocation> on_invocation;
  };

  static void fail(const Waiting& waiting, const Error& error);
  void fail_later(Waiting waiting, Error error);
  // They have no owner any more.
  std::vector<std::shared_ptr<Invocation::State>> take_invocations();
  void refuse(wamp::RequestId invocation, bool has_more, std::string_view uri, std::string_view text);

  Outlet& outlet_;
  const size_t max_invocations_;
  std::unordered_map<uint64_t, Waiting> waiting_;             // by request
  std::unordered_map<uint64_t, Registration> registrations_;  // by id
  // By request: of those who have them to answer.
  std::unordered_map<uint64_t, std::weak_ptr<Invocation::State>> invocations_;
  std::set<uint64_t> ended_with_more_;  // whose parts are dropped, up to the last; the oldest are forgotten
  bool is_abandoned_ = false;
};

}  // namespace client
