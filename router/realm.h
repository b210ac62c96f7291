// One realm: its members, its broker and its dealer, behind one lock. The other place where threads meet.
//
// Any thread may call; a Member& belongs to the session that joined, and only that session passes it here.
// What broker and dealer decide is posted to the mailboxes while the realm is still locked: that is what
// keeps all orders that the specification promises. Nothing is encoded, sent or called back under the lock.
// Outlives its members.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "router/authorizer.h"
#include "router/broker/broker.h"
#include "router/clock.h"
#include "router/config/config.h"
#include "router/dealer/dealer.h"
#include "router/id_source.h"
#include "router/mailbox.h"
#include "router/member.h"
#include "wamp/result.h"

namespace router {

class Realm {
 public:
  // `mailboxes` are the workers', by worker number. `seed` is the chance behind publication ids. The clock
  // outlives the realm.
  Realm(const config::Realm& config, std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& clock);

  const std::string& name() const { return config_.name; }
  bool has_role(std::string_view name) const { return authorizer_.role(name) != nullptr; }
  bool sequential_request_ids() const { return config_.sequential_request_ids; }

  // Null if the realm is full or the session's id is taken. The role must exist. The member lives until
  // leave().
  Member* join(const SessionRef& session, Identity identity, const wamp::ClientFeatures& features);
  // Everything the member held is gone afterwards, and so is the member.
  void leave(Member& member);

  // Requests of a member. An error means that its session broke the protocol and must be aborted; a request
  // that is refused is answered by an ERROR through the mailbox.
  wamp::Result<void> handle(Member& member, const wamp::Publish& message, const RoutedPayload& payload);
  wamp::Result<void> handle(Member& member, const wamp::Subscribe& message);
  wamp::Result<void> handle(Member& member, const wamp::Unsubscribe& message);
  wamp::Result<void> handle(Member& member, const wamp::Call& message, RoutedPayload payload);
  wamp::Result<void> handle(Member& member, const wamp::Cancel& message);
  wamp::Result<void> handle(Member& member, const wamp::Register& message);
  wamp::Result<void> handle(Member& member, const wamp::Unregister& message);
  wamp::Result<void> handle(Member& member, const wamp::Yield& message, RoutedPayload payload);
  wamp::Result<void> handle(Member& member, const wamp::Error& message, RoutedPayload payload);

  struct Counts {
    size_t members = 0, subscriptions = 0, registrations = 0;
  };
  Counts counts() const;

 private:
  struct Refusal {
    std::string_view error_uri;
    std::string text;
  };
  // Whether the member may do that; sets `grant`.
  std::optional<Refusal> check(const Member& member, Action action, std::string_view uri,
                               wamp::MatchPolicy match, Grant& grant) const;
  // The same for an exact URI, which is mostly the one that was granted last.
  std::optional<Refusal> check_remembered(Member& member, RememberedGrant& remembered, Action action,
                                          std::string_view uri) const;
  void refuse(const Member& member, wamp::MessageType type, wamp::RequestId request, const Refusal& refusal);

  const config::Realm config_;
  const Authorizer authorizer_;

  mutable std::mutex mutex_;  // guards all below
  IdSource ids_;
  IdMap<std::unique_ptr<Member>> members_;  // the owner, by session id
  broker::Broker broker_;
  dealer::Dealer dealer_;
  Outbox outbox_;
};

}  // namespace router
