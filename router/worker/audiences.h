// A worker's parts of the audiences that events are for.
//
// Its thread's only. They change by mail, in the order in which a realm has posted it, and no change needs
// memory. What comes for an audience that has no subscriber here finds nobody.
#pragma once

#include <cstddef>
#include <span>

#include "router/mail/delivery.h"

namespace router {

class Audiences {
 public:
  void join(JoinAudience&& change) noexcept;
  void leave(const LeaveAudience& change) noexcept;

  // Null: nobody is there.
  const PieceList<Subscriber>* find(AudienceId id) const;
  // visit(std::span<const Subscriber>) for all of them, a piece at a time.
  template <class Visit>
  void for_each_piece(const AudienceList& audiences, const Visit& visit) const {
    if (const auto* const first = find(audiences.first)) first->for_each_piece(visit);
    for (const AudienceId id : audiences.others)
      if (const auto* const other = find(id)) other->for_each_piece(visit);
  }
  // visit(const Subscriber&) for each of all of them.
  template <class Visit>
  void for_each(const AudienceList& audiences, const Visit& visit) const {
    for_each_piece(audiences, [&visit](std::span<const Subscriber> piece) {
      for (const Subscriber& subscriber : piece) visit(subscriber);
    });
  }
  // At most one gets what is for them.
  bool is_one(const AudienceList& audiences) const {
    const auto* const first = find(audiences.first);
    return first && first->size() == 1 && audiences.others.empty();
  }
  size_t size() const { return table_.size(); }

 private:
  AudienceTable table_;
};

}  // namespace router
