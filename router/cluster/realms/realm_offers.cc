#include "router/cluster/realms/realm_offers.h"

#include <utility>

namespace router::cluster {

// ---- the realm

void RealmOffers::set_count(Kind kind, const MatchedUriView& uri, uint32_t count, Ticket ticket) {
  bool wakes = false;
  {
    const Lock lock(mutex_);
    auto found = offers_.find(PlaceView{kind, uri});
    if (found == offers_.end()) found = offers_.emplace(Place{kind, MatchedUri(uri)}, Offer{}).first;
    wakes = is_empty();
    found->second.count = count;
    last_ = ticket;
    changed_offers_.add(*found);
  }
  if (wakes) wake_();
}

void RealmOffers::lower_count(Kind kind, const MatchedUriView& uri, uint32_t count) noexcept {
  bool wakes = false;
  {
    const Lock lock(mutex_);
    const auto found = offers_.find(PlaceView{kind, uri});
    wakes = is_empty();
    found->second.count = count;
    changed_offers_.add(*found);
  }
  if (wakes) wake_();
}

void RealmOffers::on_first_subscriber(const MatchedUriView& topic, Ticket ticket) {
  set_count(Kind::subscribers, topic, 1, ticket);
}

void RealmOffers::on_last_subscriber(const MatchedUriView& topic) noexcept {
  lower_count(Kind::subscribers, topic, 0);
}

void RealmOffers::on_callee_came(const MatchedUriView& procedure, dealer::InvocationPolicy, uint32_t count,
                                 Ticket ticket) {
  set_count(Kind::callees, procedure, count, ticket);
}

void RealmOffers::on_callee_went(const MatchedUriView& procedure, dealer::InvocationPolicy,
                                 uint32_t count) noexcept {
  lower_count(Kind::callees, procedure, count);
}

void RealmOffers::want(const MatchedUriView& procedure, dealer::InvocationPolicy policy, Ticket ticket) {
  bool wakes = false;
  {
    const Lock lock(mutex_);
    auto found = claims_.find(procedure);
    if (found == claims_.end()) found = claims_.emplace(MatchedUri(procedure), Claim{}).first;
    wakes = is_empty();
    found->second.policy = policy;
    found->second.wanted = ticket;
    changed_claims_.add(*found);
  }
  if (wakes) wake_();
}

void RealmOffers::release(const MatchedUriView& procedure) noexcept {
  bool wakes = false;
  {
    const Lock lock(mutex_);
    const auto found = claims_.find(procedure);
    wakes = is_empty();
    found->second.wanted = 0;
    changed_claims_.add(*found);
  }
  if (wakes) wake_();
}

// ---- the node's thread

std::optional<Ticket> RealmOffers::take_changes(size_t most, std::vector<Change>& changes) {
  const Lock lock(mutex_);
  for (; most > 0 && changed_offers_.count > 0; --most) {
    const auto& [place, next] = *changed_offers_.first;
    if (next.count != next.told) changes.push_back({{place.kind, name_of(place.uri)}, next.count});
    auto& [taken, offer] = changed_offers_.take();
    offer.told = offer.count;
    if (offer.count == 0) offers_.erase(offers_.find(taken));
  }
  if (changed_offers_.count > 0) return std::nullopt;
  return last_;
}

std::optional<RealmOffers::NameStep> RealmOffers::take_name() {
  const Lock lock(mutex_);
  if (changed_claims_.count == 0) return std::nullopt;
  NameStep step{name_of(changed_claims_.first->first)};
  auto& [taken, claim] = changed_claims_.take();
  if (claim.asked != claim.wanted) {
    step.is_release = claim.asked != 0;
    if (claim.wanted != 0) step.want = static_cast<Policy>(claim.policy);
    claim.asked = claim.wanted;
  }
  if (claim.wanted == 0) claims_.erase(claims_.find(taken));
  return step;
}

bool RealmOffers::has_more() const {
  const Lock lock(mutex_);
  return !is_empty();
}

std::optional<Ticket> RealmOffers::asked_by(const Name& name) const {
  const Lock lock(mutex_);
  const auto found = claims_.find(MatchedUriView{name.uri, name.match});
  if (found == claims_.end() || found->second.asked == 0) return std::nullopt;
  return found->second.asked;
}

void RealmOffers::on_refused(const Name& name) {
  const Lock lock(mutex_);
  const auto found = claims_.find(MatchedUriView{name.uri, name.match});
  if (found == claims_.end()) return;
  // Not wanted any longer, and not wanted anew either.
  if (found->second.wanted == found->second.asked) found->second.wanted = 0;
  found->second.asked = 0;
}

void RealmOffers::add_offered(std::vector<Change>& all) const {
  constexpr size_t at_a_time = 1000;  // the realm waits for the lock
  std::optional<Place> last;
  for (bool is_more = true; is_more;) {
    const Lock lock(mutex_);
    auto at = last ? offers_.upper_bound(*last) : offers_.begin();
    for (size_t i = 0; i < at_a_time && at != offers_.end(); ++i, ++at) {
      if (at->second.told > 0) all.push_back({{at->first.kind, name_of(at->first.uri)}, at->second.told});
      last = at->first;
    }
    is_more = at != offers_.end();
  }
}

bool RealmOffers::is_over() const {
  const Lock lock(mutex_);
  return answers_.expired() && offers_.empty() && claims_.empty();
}

}  // namespace router::cluster
