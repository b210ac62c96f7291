// What never changes of a session in its realm.
//
// Both parts of a membership have it: the realm's (member.h) and the session's own (seat.h). Any thread may
// read it; what it refers to is constant, atomic, or has a lock of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "router/base/session_ref.h"
#include "router/callees/callee_state.h"
#include "router/memory/holding.h"
#include "router/statistics/numbers.h"
#include "transport/memory/account.h"
#include "wamp/features.h"

namespace router {

// Who a session is, as authentication found it.
struct Identity {
  std::string authid;
  std::string authrole;
  std::string authmethod;
  std::string authprovider;
  std::string peer = {};  // the client's address
};

// Of the router's own members.
Identity own_identity();

enum class MemberKind : uint8_t {
  client,
  question,  // the router's own, to an authenticator or authorizer
  link,      // the router's own, for the sessions of another node (router/link/)
};

struct MemberFacts {
  // `its_account`: its connection's; null: nobody's. `room`: bytes of calls that may be on their way to it.
  MemberFacts(const SessionRef& its_ref, Identity who, const wamp::ClientFeatures& its_features,
              std::shared_ptr<transport::Account> its_account = nullptr, size_t room = CalleeRoom::unlimited,
              MemberKind its_kind = MemberKind::client);

  // False: it is no member any more. The realm clears it under its lock; who has no lock may see that a
  // moment late.
  bool present() const { return callee->present.load(std::memory_order_relaxed); }
  bool is_link() const { return kind == MemberKind::link; }
  // For what the realm keeps for it.
  transport::Charge charge(transport::Holding kind, size_t bytes) const { return {account, kind, bytes}; }
  // Bytes of all that the realm keeps for it.
  size_t kept_bytes() const;

  const SessionRef ref;
  const wamp::ClientFeatures features;
  const MemberKind kind;
  const bool unseen;  // it is no client
  const std::shared_ptr<const Identity> identity;
  const std::shared_ptr<transport::Account> account;
  const std::shared_ptr<CalleeState> callee;
  const std::shared_ptr<SessionNumbers> numbers;
};

}  // namespace router
