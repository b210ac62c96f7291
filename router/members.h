// The sessions of a realm: the owner. Guarded by the realm's lock.
//
// A member that the realm removes by itself is no longer found, but lives until its session lets go of it.
#pragma once

#include <cassert>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "router/id_map.h"
#include "router/member.h"

namespace router {

class Members {
 public:
  // Precondition: no member has its session's id.
  Member& add(std::unique_ptr<Member> member) {
    const uint64_t id = member->ref.session.value;
    size_t& same_authid = by_authid_[member->identity.authid];
    Member& added = *present_.insert(id, std::move(member));
    ++same_authid;
    return added;
  }
  // A member that only the dealer knows.
  Member& add_unseen(std::unique_ptr<Member> member) {
    const uint64_t id = member->ref.session.value;
    return *removed_.insert(id, std::move(member));
  }
  // Precondition: it is present.
  void remove(Member& member) {
    assert(member.present);
    if (!member.unseen) {
      const uint64_t id = member.ref.session.value;
      std::unique_ptr<Member>& place = removed_.insert(id, nullptr);  // without memory for it nothing changes
      place = present_.take(id);
      const auto same_authid = by_authid_.find(member.identity.authid);
      if (--same_authid->second == 0) by_authid_.erase(same_authid);
    }
    member.present = false;
  }
  // Precondition: it has been removed.
  void destroy(Member& member) { removed_.erase(member.ref.session.value); }

  Member* find(wamp::SessionId session) const {
    const auto* found = present_.find(session.value);
    return found ? found->get() : nullptr;
  }
  // True if the id is free.
  bool is_free(wamp::SessionId session) const {
    return !present_.find(session.value) && !removed_.find(session.value);
  }
  // Sessions of that authid.
  size_t count_of(const std::string& authid) const {
    const auto found = by_authid_.find(authid);
    return found == by_authid_.end() ? 0 : found->second;
  }
  size_t size() const { return present_.size(); }
  // visit(Member&) for a part of them, as IdMap::visit_some() has it.
  template <class Visit>
  uint64_t visit_some(uint64_t from, Visit visit) const {
    return present_.visit_some(from, [&visit](uint64_t, const auto& member) { visit(*member); });
  }

 private:
  IdMap<std::unique_ptr<Member>> present_, removed_;
  std::map<std::string, size_t> by_authid_;  // how many of present_
};

}  // namespace router
