#include "router/member/member.h"

#include "router/memory/value_bytes.h"

namespace router {
namespace {

size_t bytes_of(const Identity& identity) {
  return allocated(identity.authid) + allocated(identity.authrole) + allocated(identity.authmethod) +
         allocated(identity.authprovider) + allocated(identity.peer);
}

}  // namespace

Member::Member(Branch& b, const SessionRef& r, Identity i, const wamp::ClientFeatures& f,
               std::shared_ptr<const RolePermissions> p, std::shared_ptr<transport::Account> a, size_t room)
    : branch(b),
      ref(r),
      identity(std::move(i)),
      features(f),
      account(std::move(a)),
      permissions(std::move(p)),
      waiting(charge(holding::requests, 0)),
      callee(std::make_shared<CalleeState>(r, f, room)),
      extra_charge(charge(holding::session, 0)),
      subscriptions(charge(holding::subscriptions, 0)),
      registrations(charge(holding::registrations, 0)),
      own_charge_(charge(holding::session, allocated(sizeof(Member)) + bytes_of(identity))) {}

size_t Member::kept_bytes() const {
  if (!account) return 0;
  size_t bytes = 0;
  for (const auto kind : {holding::session, holding::subscriptions, holding::registrations, holding::calls,
                          holding::testaments})
    bytes += account->of(kind);
  return bytes;
}

}  // namespace router
