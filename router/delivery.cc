#include "router/delivery.h"

#include <algorithm>

namespace router {
namespace {

template <class Range, class Item>
bool contains(const Range& range, const Item& item) {
  return std::find(range.begin(), range.end(), item) != range.end();
}

template <class Range, class Item>
bool permits(const std::optional<Range>& whitelist, const Item& item) {
  return !whitelist || contains(*whitelist, item);
}

}  // namespace

bool EventFilter::admits(wamp::SessionId session, std::string_view authid, std::string_view authrole) const {
  return !contains(exclude, session) && !contains(exclude_authid, authid) &&
         !contains(exclude_authrole, authrole) && permits(eligible, session) &&
         permits(eligible_authid, authid) && permits(eligible_authrole, authrole);
}

}  // namespace router
