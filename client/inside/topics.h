// What a session publishes and subscribes to.
//
// On the session's thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "client/inside/outlet.h"
#include "client/session.h"

namespace client {

class Topics {
 public:
  explicit Topics(Outlet& outlet) : outlet_(outlet) {}

  bool publish(std::string_view topic, const Payload& payload, const wamp::Dict& options,
               Session::OnPublished done);
  void subscribe(std::string_view topic, Session::OnEvent on_event, const wamp::Dict& options,
                 Session::OnSubscribed done);
  void unsubscribe(wamp::SubscriptionId subscription, Session::OnDone done);

  // What nobody waits for any more is dropped.
  void on_published(const wamp::Published& message);
  void on_subscribed(const wamp::Subscribed& message);
  void on_unsubscribed(const wamp::Unsubscribed& message);
  void on_event(wamp::Event& message, Payload payload);
  // The router has taken it away: true if it was there.
  bool forget(wamp::SubscriptionId subscription) { return subscriptions_.erase(subscription.value) > 0; }
  void on_error(wamp::RequestId request, const Error& error);
  void fail_all(const Error& error);
  // Nobody is told anything any more.
  void abandon() {
    waiting_.clear();
    subscriptions_.clear();
  }

 private:
  using Handler = std::shared_ptr<const Session::OnEvent>;
  struct Subscribing {
    std::string topic;
    Handler on_event;
    Session::OnSubscribed done;
  };
  using Waiting = std::variant<Session::OnPublished, Subscribing, Session::OnDone>;
  struct Subscription {
    std::string topic;
    std::vector<Handler> handlers;
  };

  static void fail(const Waiting& waiting, const Error& error);
  void fail_later(Waiting waiting, Error error);
  // What waits for the answer to that request, if it is of this kind.
  template <class Kind>
  std::optional<Kind> take(wamp::RequestId request);

  Outlet& outlet_;
  std::unordered_map<uint64_t, Waiting> waiting_;             // by request
  std::unordered_map<uint64_t, Subscription> subscriptions_;  // by id
};

}  // namespace client
