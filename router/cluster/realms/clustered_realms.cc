#include "router/cluster/realms/clustered_realms.h"

#include <algorithm>
#include <utility>

namespace router::cluster {

std::shared_ptr<Neighbours> ClusteredRealms::connect(const std::string& realm,
                                                     std::weak_ptr<NeighboursAnswers> answers) {
  auto offers = std::make_shared<RealmOffers>(realm, std::move(answers), lease_, wake_);
  const Lock lock(mutex_);
  new_.push_back(offers);
  return offers;
}

void ClusteredRealms::turn(Node& node, Time now) {
  take_new_parts();
  follow_lease(node);
  tell_changes(node);
  tell_names(node, now);
  node.tick(now);  // what nobody else must confirm is confirmed at once
  follow_lease(node);
  answer();
  std::erase_if(parts_, [](const Part& part) { return part.announced.empty() && part.offers->is_over(); });
  if (has_more()) wake_();
}

void ClusteredRealms::take_new_parts() {
  std::vector<std::shared_ptr<RealmOffers>> taken;
  {
    const Lock lock(mutex_);
    taken.swap(new_);
  }
  for (auto& offers : taken) parts_.push_back({std::move(offers), {}});
}

void ClusteredRealms::follow_lease(const Node& node) {
  const Membership& membership = node.membership();
  if (membership.lease_end() == Time())
    lease_->end();
  else
    lease_->extend(membership.self().incarnation, membership.lease_end());
}

void ClusteredRealms::tell_changes(Node& node) {
  constexpr size_t most_in_one = 1000;
  for (Part& part : parts_) {
    for (std::optional<Ticket> ticket; !ticket;) {
      std::vector<Change> changes;
      ticket = part.offers->take_changes(most_in_one, changes);
      if (!changes.empty()) last_number_ = node.change(std::move(changes));
      // What was taken back before it was told of is known as it was before.
      if (ticket && *ticket != part.last) part.announced.push_back({last_number_, part.last = *ticket});
    }
  }
}

void ClusteredRealms::tell_names(Node& node, Time now) {
  for (Part& part : parts_) {
    while (const auto step = part.offers->take_name()) {
      if (step->is_release) node.release(step->name, now);
      if (step->want) node.want(step->name, *step->want, now);
    }
  }
}

void ClusteredRealms::answer() {
  for (const Answer& one : std::exchange(answers_, {})) {
    const auto realm = one.to->answers();
    if (!realm) continue;
    const MatchedUriView name{one.name.uri, one.name.match};
    if (one.granted_to != 0)
      realm->on_name_granted(name, one.ticket, one.granted_to);
    else
      realm->on_name_refused(name, one.ticket, static_cast<dealer::InvocationPolicy>(one.by));
  }
  for (Part& part : parts_) {
    Ticket ticket = 0;
    for (auto& announced = part.announced; !announced.empty() && announced.front().number <= confirmed_;
         announced.pop_front())
      ticket = announced.front().ticket;
    if (ticket == 0) continue;
    if (const auto realm = part.offers->answers()) realm->on_confirmed(ticket);
  }
}

bool ClusteredRealms::has_more() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.offers->has_more(); });
}

std::vector<Change> ClusteredRealms::offered() const {
  std::vector<Change> all;
  for (const Part& part : parts_) part.offers->add_offered(all);
  return all;
}

std::shared_ptr<RealmOffers> ClusteredRealms::who_asked(const Name& name, Ticket& ticket) const {
  for (const Part& part : parts_) {
    if (part.offers->realm() != name.realm) continue;
    const auto asked = part.offers->asked_by(name);
    if (!asked) continue;
    ticket = *asked;
    return part.offers;
  }
  return nullptr;
}

void ClusteredRealms::on_granted(const Name& name, Incarnation incarnation) {
  Ticket ticket = 0;
  if (const auto to = who_asked(name, ticket)) answers_.push_back({to, name, ticket, incarnation});
}

void ClusteredRealms::on_refused(const Name& name, const NameEntry& by) {
  Ticket ticket = 0;
  const auto to = who_asked(name, ticket);
  if (!to) return;
  to->on_refused(name);
  answers_.push_back({to, name, ticket, 0, by.policy});
}

}  // namespace router::cluster
