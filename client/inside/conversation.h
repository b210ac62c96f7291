// A session from HELLO to GOODBYE: what it says and hears, and which part of it that is for.
//
// On the session's thread. Owned by its Session; whoever calls into it keeps it until the call is over, so
// that it may be abandoned in the middle of one.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "client/inside/calls.h"
#include "client/inside/procedures.h"
#include "client/inside/topics.h"
#include "client/link/link.h"
#include "client/login/joining.h"
#include "client/session.h"
#include "transport/loop/alarm.h"

namespace client {

class Conversation final : public LinkUser, public Outlet, public std::enable_shared_from_this<Conversation> {
 public:
  // Throws as Session's.
  Conversation(Loop& loop, Options options, Handlers handlers);
  // Once, when it is shared.
  void begin();
  // Nobody is told anything any more.
  void abandon();

  const Joined* joined() const {
    return stage_ == Stage::joined || stage_ == Stage::leaving ? &joined_ : nullptr;
  }
  bool ended() const { return stage_ == Stage::ended; }
  void leave(std::string_view reason, std::chrono::milliseconds patience);
  void ping(std::function<void(std::optional<std::chrono::nanoseconds>)> done);
  size_t queued_bytes() const { return link_ ? link_->queued_bytes() : 0; }
  void set_on_revoked(std::function<void(const Session::Revoked&)> call) { on_revoked_ = std::move(call); }

  Calls& calls() { return calls_; }
  Topics& topics() { return topics_; }
  Procedures& procedures() { return procedures_; }

  // ---- for its parts

  wamp::RequestId next_request() const override { return wamp::next_id(last_request_); }
  std::optional<Error> send(const wamp::Message& message, const Payload& payload) override;
  std::optional<Error> send_request(const wamp::Message& message, const Payload& payload) override;
  void later(std::function<void()> work) override;
  void wake_by(std::chrono::steady_clock::time_point time) override { alarm_->ring_by(time); }

  // ---- for its link

  void on_open() override;
  void on_sent(wamp::MessageType type, std::string_view bytes) override;
  void on_message(std::span<char> message) override;
  void on_pong(std::string_view payload) override;
  void on_closed(End end) override;

  // ---- what was decoded

  template <class M>
  void operator()(M& message);

 private:
  enum class Stage : uint8_t {
    connecting,
    greeting,  // HELLO is out
    joined,
    leaving,  // our GOODBYE is out
    closing,  // the last word is said, or heard: what comes in is thrown away
    ended,
  };
  using Clock = std::chrono::steady_clock;
  struct Ping {
    Clock::time_point sent;
    std::function<void(std::optional<std::chrono::nanoseconds>)> done;
  };

  void take(wamp::Welcome& message);
  void take(wamp::Challenge& message);
  void take(wamp::Abort& message);
  void take(wamp::Goodbye& message);
  void take(wamp::Error& message);
  void take(wamp::Published& message) { topics_.on_published(message); }
  void take(wamp::Subscribed& message) { topics_.on_subscribed(message); }
  void take(wamp::Unsubscribed& message);
  void take(wamp::Event& message) { topics_.on_event(message, payload_of(message.payload)); }
  void take(wamp::CallResult& message) { calls_.on_result(message, payload_of(message.payload)); }
  void take(wamp::Registered& message) { procedures_.on_registered(message); }
  void take(wamp::Unregistered& message);
  void take(wamp::Invocation& message) { procedures_.on_invocation(message, payload_of(message.payload)); }
  void take(wamp::Interrupt& message) { procedures_.on_interrupt(message); }

  // Never if the session is destroyed before.
  void after(std::chrono::milliseconds delay, std::function<void()> work);
  Payload payload_of(const wamp::Payload& payload) const;
  // False: it is longer than the router takes, and not said.
  bool say(const wamp::Message& message);
  // Of the opening: without it there is no session.
  void say_or_end(const wamp::Message& message);
  void say_hello();
  void revoke(const wamp::Dict& details, bool was_there, wamp::SubscriptionId, wamp::RegistrationId);
  // The router broke the protocol, or cannot be trusted: it is told so.
  void refuse(Joining::Refusal refusal);
  void refuse_broken(std::string text);
  // The last word is said: the end is told when the connection has ended.
  void close(End end);
  void await_goodbye(std::chrono::milliseconds patience);
  void give_up_waiting();
  void finish(End end);

  Loop& loop_;
  const Options options_;
  Handlers handlers_;
  std::function<void(const Session::Revoked&)> on_revoked_;
  Joining joining_;
  Calls calls_;
  Topics topics_;
  Procedures procedures_;
  std::unique_ptr<transport::Alarm> alarm_;  // of the calls
  Stage stage_ = Stage::connecting;
  Joined joined_;
  std::optional<End> end_;  // once it is closing
  wamp::RequestId last_request_;
  std::map<std::string, Ping, std::less<>> pings_;  // by what they say
  uint64_t last_ping_ = 0;
  serializers::Scratch scratch_;
  bool is_abandoned_ = false;
  std::unique_ptr<Link> link_;  // null after the end
};

}  // namespace client
