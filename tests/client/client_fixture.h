// Sessions of the library and a router in this process, for tests that read like a program.
//
// The sessions live on the test's thread, which runs their loop until what it waits for has come.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client/client.h"

namespace client {

class ClientLoop {
 public:
  // Until that is so; what does not come in ten seconds throws, which fails the test.
  void until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    bool is_late = false;
    const std::function<void()> look = [&] {
      is_late = std::chrono::steady_clock::now() > deadline;
      if (done() || is_late) return loop.stop();
      loop.after(std::chrono::milliseconds(1), look);
    };
    loop.post(look);
    loop.run();
    if (is_late) throw std::runtime_error("it has not come in ten seconds");
  }

  Loop loop;
};

// A session with what it was told.
struct Visitor {
  Visitor(ClientLoop& its_loop, Options options)
      : loop(its_loop),
        session(loop.loop, std::move(options),
                {[this](const Joined& told) { joined = told; }, [this](const End& told) { end = told; },
                 [this](const Traced& traced) {
                   heard_and_said.push_back((traced.sent ? "-> " : "<- ") + traced.to_json());
                 }}) {}

  Visitor& joins() {
    loop.until([this] { return joined || end; });
    if (!joined) throw std::runtime_error("not welcome: " + end->reason + " " + end->text);
    return *this;
  }
  // The end that comes.
  const End& ends() {
    loop.until([this] { return end.has_value(); });
    return *end;
  }
  Reply calls(const std::string& procedure, const Payload& payload = {}, CallOptions call_options = {}) {
    std::optional<Reply> last;
    session.call(procedure, payload, std::move(call_options), [&](const Reply& reply) {
      if (reply.is_last()) last = reply;
    });
    loop.until([&] { return last.has_value(); });
    return *last;
  }
  wamp::RegistrationId registers(const std::string& procedure, Session::OnInvocation on_invocation,
                                 const wamp::Dict& its_options = {}) {
    std::optional<wamp::RegistrationId> id;
    session.register_procedure(procedure, std::move(on_invocation), its_options,
                               [&](wamp::RegistrationId registration, const Error* error) {
                                 if (error) refused = *error;
                                 id = registration;
                               });
    loop.until([&] { return id.has_value(); });
    return *id;
  }
  wamp::SubscriptionId subscribes(const std::string& topic, Session::OnEvent on_event,
                                  const wamp::Dict& its_options = {}) {
    std::optional<wamp::SubscriptionId> id;
    session.subscribe(topic, std::move(on_event), its_options,
                      [&](wamp::SubscriptionId subscription, const Error* error) {
                        if (error) refused = *error;
                        id = subscription;
                      });
    loop.until([&] { return id.has_value(); });
    return *id;
  }

  ClientLoop& loop;
  std::optional<Joined> joined;
  std::optional<End> end;
  std::optional<Error> refused;
  std::vector<std::string> heard_and_said;  // as JSON
  Session session;
};

}  // namespace client
