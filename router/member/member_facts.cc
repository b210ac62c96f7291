#include "router/member/member_facts.h"

#include <utility>

namespace router {

Identity own_identity() {
  return {"wampd", "trusted", "local", "router"};
}

MemberFacts::MemberFacts(const SessionRef& its_ref, Identity who, const wamp::ClientFeatures& its_features,
                         std::shared_ptr<transport::Account> its_account, size_t room, MemberKind its_kind)
    : ref(its_ref),
      features(its_features),
      kind(its_kind),
      unseen(its_kind != MemberKind::client),
      identity(std::make_shared<const Identity>(std::move(who))),
      account(std::move(its_account)),
      callee(std::make_shared<CalleeState>(its_ref, its_features, room)),
      numbers(std::make_shared<SessionNumbers>()) {}

size_t MemberFacts::kept_bytes() const {
  if (!account) return 0;
  size_t bytes = 0;
  for (const auto kind : {holding::session, holding::subscriptions, holding::registrations, holding::calls,
                          holding::testaments})
    bytes += account->of(kind);
  return bytes;
}

}  // namespace router
