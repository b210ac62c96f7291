// The registrations of one realm: the owner and its index. Guarded by the realm's lock.
#pragma once

#include <memory>
#include <string_view>

#include "router/matching/route_generations.h"
#include "router/matching/uri_index.h"
#include "router/registrations/registration.h"
#include "router/tables/id_map.h"

namespace router::dealer {

class Registrations {
 public:
  // `callee`: the first one, who brings the procedure's shape if it is a wildcard. It is not listed yet.
  Registration& add(std::string_view procedure, wamp::MatchPolicy match, InvocationPolicy policy,
                    WallTime created, wamp::SessionId callee);
  // Why that callee must not add it, for people; none: it may.
  std::optional<std::string> refusal(std::string_view procedure, wamp::MatchPolicy match,
                                     wamp::SessionId callee, const ShapeLimits& limits) const {
    return index_.refusal(procedure, match, callee.value, limits);
  }
  // It has callees here now; or has none any longer, but some at other nodes.
  void set_listed(Registration& registration, bool listed) noexcept;
  // It is found by its id only from now on.
  void end(Registration& registration) noexcept;
  // Precondition: it has ended, it has no callee and nothing waits for one.
  void remove(const Registration& registration) noexcept;

  Registration* find(wamp::RegistrationId id) const;
  Registration* find(std::string_view procedure, wamp::MatchPolicy match) const {
    return index_.find(procedure, match);
  }
  // The one that a call goes to ("Calls matching multiple registrations").
  Registration* match(std::string_view procedure) const { return index_.match_best(procedure); }

  // By which any thread sees whether it still leads where calls of a procedure go.
  const RouteGenerations& routes() const { return routes_; }
  // How many only other nodes have.
  size_t unlisted() const { return unlisted_; }
  // Before a callee comes or goes.
  void changing(const Registration& registration) noexcept {
    routes_.changing(registration.procedure, registration.match);
  }

  // ---- as people and clients are told: of those that are listed

  // Those that have not ended.
  size_t size() const { return owned_.size() - ended_ - unlisted_; }
  // Null if it is not.
  static const Registration* listed(const Registration* registration) {
    return registration && registration->is_listed ? registration : nullptr;
  }
  // visit(const Registration&) for a part of them, as IdMap::visit_some() has it.
  template <class Visit>
  uint64_t visit_some(uint64_t from, Visit visit) const {
    return owned_.visit_some(from, [&visit](uint64_t, const auto& registration) {
      if (registration->is_listed) visit(*registration);
    });
  }

 private:
  IdMap<std::unique_ptr<Registration>> owned_;
  UriIndex<Registration> index_;
  RouteGenerations routes_;
  wamp::RegistrationId last_id_;
  size_t ended_ = 0;
  size_t unlisted_ = 0;  // of those that have not ended
};

}  // namespace router::dealer
