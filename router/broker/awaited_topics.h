// Topics that somebody wants to subscribe to, and of which the other nodes of a cluster are just being told:
// the SUBSCRIBEs wait until they know.
//
// Part of the broker, behind the realm's lock. Whoever waits here is no subscriber yet: it hears what is
// published after its SUBSCRIBED, as on one node.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "router/broker/subscribe_options.h"
#include "router/config/config.h"
#include "router/member/member.h"
#include "router/neighbours/held_for_neighbours.h"

namespace router::broker {

struct HeldSubscribe {
  Member* subscriber = nullptr;
  wamp::RequestId request;
  SubscribeOptions options;
  config::SlowConsumer policy{};
  SteadyTime deadline;
  transport::Charge charge = {};  // to the subscriber

  // What one takes of memory, its places in the tables included.
  static size_t bytes_of(std::string_view topic, const SubscribeOptions& options);
};

class AwaitedTopics {
 public:
  using Held = HeldForNeighbours<HeldSubscribe>;

  // It outlives this.
  explicit AwaitedTopics(Neighbourhood& neighbourhood) : hood_(neighbourhood), held_(neighbourhood) {}

  // What is published there may come from other nodes: it is not the router's own.
  static bool is_shared(const MatchedUriView& topic);

  bool any_for(const MatchedUriView& topic) const { return tickets_.contains(topic); }
  const Held& held() const { return held_; }
  // The first that waits for a topic tells the others of it.
  void wait(const MatchedUriView& topic, HeldSubscribe held);
  void take(Held::Number number) noexcept { held_.take(number); }
  std::optional<MatchedUri> forget_one_of(wamp::SessionId subscriber) {
    return held_.forget_one_of(subscriber);
  }
  // A topic whose SUBSCRIBEs are to be decided, or that has none any more; null: there is none.
  const MatchedUri* next_to_decide() const { return unconfirmed_.first_up_to(hood_.confirmed); }
  // Nobody waits and nobody is subscribed any more: the others are told.
  void end(const MatchedUriView& topic, bool has_subscribers) noexcept;

 private:
  Neighbourhood& hood_;
  std::map<MatchedUri, Ticket, MatchedUriLess> tickets_;  // of topics that somebody waits for
  Held held_;
  Unconfirmed unconfirmed_;
};

}  // namespace router::broker
