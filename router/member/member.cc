#include "router/member/member.h"

#include <utility>

#include "router/memory/value_bytes.h"

namespace router {
namespace {

size_t bytes_of(const Identity& identity) {
  return allocated(sizeof(identity)) + allocated(identity.authid) + allocated(identity.authrole) +
         allocated(identity.authmethod) + allocated(identity.authprovider) + allocated(identity.peer);
}

}  // namespace

Member::Member(const MemberFacts& facts, std::shared_ptr<const RolePermissions> may)
    : MemberFacts(facts),
      permissions(std::move(may)),
      extra_charge(charge(holding::session, 0)),
      subscriptions(charge(holding::subscriptions, 0)),
      registrations(charge(holding::registrations, 0)),
      own_charge_(charge(holding::session, allocated(sizeof(Member)) + bytes_of(*identity))) {}

}  // namespace router
