#include "router/broker/awaited_topics.h"

#include <utility>

#include "router/base/reserved_uri.h"
#include "router/memory/value_bytes.h"

namespace router::broker {

size_t HeldSubscribe::bytes_of(std::string_view topic, const SubscribeOptions& options) {
  constexpr size_t places = 256;
  constexpr size_t names = 2;  // of the topic
  return allocated(sizeof(HeldSubscribe)) + places + names * allocated(topic.size() + 1) +
         allocated(options.node_key.size() + 1) +
         (options.replay && options.replay->topic ? allocated(options.replay->topic->size() + 1) : 0);
}

bool AwaitedTopics::is_shared(const MatchedUriView& topic) {
  if (!is_reserved_uri(topic.uri)) return true;
  // Clients may publish to "wampum".
  return topic.match == wamp::MatchPolicy::prefix && topic.uri.find('.') == std::string_view::npos;
}

void AwaitedTopics::wait(const MatchedUriView& topic, HeldSubscribe held) {
  const wamp::SessionId subscriber = held.subscriber->ref.session;
  const Held::Number number = held_.add(topic, subscriber, std::move(held));
  if (any_for(topic)) return;
  const Ticket ticket = hood_.next_ticket();
  try {
    const auto added = tickets_.emplace(topic, ticket).first;
    unconfirmed_.add(ticket, added->first);
    hood_.neighbours->on_first_subscriber(topic, ticket);
  } catch (...) {
    unconfirmed_.remove(ticket);
    if (const auto added = tickets_.find(topic); added != tickets_.end()) tickets_.erase(added);
    held_.take(number);
    throw;
  }
}

void AwaitedTopics::end(const MatchedUriView& topic, bool has_subscribers) noexcept {
  if (held_.first_for(topic) != 0) return;
  if (const auto found = tickets_.find(topic); found != tickets_.end()) {
    unconfirmed_.remove(found->second);
    tickets_.erase(found);
  }
  if (!has_subscribers) hood_.neighbours->on_last_subscriber(topic);
}

}  // namespace router::broker
