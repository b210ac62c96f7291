// The requests of one session that wait for something else than a callee: an authorizer, a sign of life of
// the holder of a procedure, other nodes of a cluster, the store, or the thread that looks at the router.
// Others are answered at once; calls on their way are its party's.
//
// Part of a member, on its session's thread. They are known by kind and id, as there are clients that count
// each kind of request by itself, and an answer says of which kind it is.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "router/member/session_rules.h"
#include "router/memory/holding.h"
#include "router/tables/id_map.h"
#include "transport/memory/account.h"
#include "wamp/ids.h"
#include "wamp/message.h"

namespace router {

class WaitingRequests {
 public:
  // `account` pays for the table, and outlives it.
  explicit WaitingRequests(const std::shared_ptr<transport::Account>& account) : account_(account) {}

  bool empty() const { return !all_; }
  bool has(wamp::MessageType kind, wamp::RequestId request) const {
    return all_ && all_->find(key(kind, request));
  }
  void add(wamp::MessageType kind, wamp::RequestId request) {
    if (has(kind, request)) return;
    auto table = all_ ? nullptr : std::make_unique<Table>(transport::Charge(account_, holding::requests));
    (all_ ? *all_ : *table).insert(key(kind, request), {});
    if (table) all_ = std::move(table);
  }
  void remove(wamp::MessageType kind, wamp::RequestId request) {
    if (all_ && all_->erase(key(kind, request)) && all_->empty()) all_.reset();
  }
  // The message goes to the session: if it answers a REGISTER, a SUBSCRIBE, a PUBLISH or a CALL, that
  // waits no longer.
  void on_answer(const wamp::Message& message);

 private:
  struct Waiting {};

  static uint64_t key(wamp::MessageType kind, wamp::RequestId request) {
    constexpr int id_bits = 54;
    static_assert(wamp::max_id < uint64_t{1} << id_bits);
    return uint64_t{static_cast<uint16_t>(kind)} << id_bits | request.value;
  }

  using Table = IdMap<Waiting>;
  const std::shared_ptr<transport::Account>& account_;
  std::unique_ptr<Table> all_;  // null: none waits, as of most sessions at all times
};

// Whether the publisher waits for an answer.
bool wants_acknowledgement(const wamp::Publish& message);

// The id under which the message is answered; none: it is not.
template <class M>
std::optional<wamp::RequestId> answered_request(const M& message) {
  constexpr std::optional<SessionRule> rule = session_rule(M::type);
  if constexpr (rule && rule->new_request) {
    if constexpr (std::is_same_v<M, wamp::Publish>)
      if (!wants_acknowledgement(message)) return std::nullopt;
    return message.request;
  } else {
    return std::nullopt;
  }
}

}  // namespace router
