// The sessions of a realm: the owner. Guarded by the realm's lock.
//
// A member that has been removed is no longer found, but lives until its session has let go of it and nothing
// is left of what it held.
#pragma once

#include <cassert>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "router/member/member.h"
#include "router/tables/id_map.h"

namespace router {

class Members {
 public:
  // Precondition: no member has its session's id.
  Member& add(std::unique_ptr<Member> member) {
    std::map<std::string, size_t> first{{member->identity->authid, 0}};
    Member& added = add_unseen(std::move(member));
    by_authid_.merge(first);
    ++by_authid_.find(added.identity->authid)->second;
    ++size_;
    return added;
  }
  // A member that nobody finds.
  Member& add_unseen(std::unique_ptr<Member> member) {
    const uint64_t id = member->ref.session.value;
    return *all_.insert(id, std::move(member));
  }
  // Precondition: it is present.
  void remove(Member& member) noexcept {
    assert(member.present());
    member.callee->present.store(false);
    if (member.unseen) return;
    --size_;
    const auto same_authid = by_authid_.find(member.identity->authid);
    if (--same_authid->second == 0) by_authid_.erase(same_authid);
  }
  // Precondition: it has been removed.
  void destroy(Member& member) noexcept { all_.erase(member.ref.session.value); }

  // The part of a membership that the lock guards. Precondition: its seat has not been given back.
  Member& of(const MemberFacts& seat) const { return **all_.find(seat.ref.session.value); }
  Member* find(wamp::SessionId session) const {
    const auto* found = all_.find(session.value);
    return found && is_seen(**found) ? found->get() : nullptr;
  }
  // True if the id is free.
  bool is_free(wamp::SessionId session) const { return !all_.find(session.value); }
  // Sessions of that authid.
  size_t count_of(const std::string& authid) const {
    const auto found = by_authid_.find(authid);
    return found == by_authid_.end() ? 0 : found->second;
  }
  size_t size() const { return size_; }
  // visit(Member&) for a part of them, as IdMap::visit_some() has it.
  template <class Visit>
  uint64_t visit_some(uint64_t from, Visit visit) const {
    return all_.visit_some(from, [&visit](uint64_t, const auto& member) {
      if (is_seen(*member)) visit(*member);
    });
  }

 private:
  static bool is_seen(const Member& member) { return member.present() && !member.unseen; }

  IdMap<std::unique_ptr<Member>> all_;
  size_t size_ = 0;                          // of those that are seen
  std::map<std::string, size_t> by_authid_;  // how many of them
};

}  // namespace router
