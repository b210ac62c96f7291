// What a realm hears of the other nodes of its cluster.
#include <utility>

#include "router/realm/realm.h"

namespace router {

void Realm::set_neighbours(std::shared_ptr<Neighbours> neighbours, std::chrono::milliseconds patience) {
  const Lock lock(mutex_);
  state_.set_neighbours(std::move(neighbours), patience);
}

void Realm::on_name_granted(const MatchedUriView& procedure, Ticket ticket, uint64_t incarnation) {
  turn([&](RealmState& state) { state.on_name_granted(procedure, ticket, incarnation); });
}

void Realm::on_name_refused(const MatchedUriView& procedure, Ticket ticket, dealer::InvocationPolicy by) {
  turn([&](RealmState& state) { state.on_name_refused(procedure, ticket, by); });
}

void Realm::on_confirmed(Ticket ticket) {
  turn([&](RealmState& state) { state.on_confirmed(ticket); });
}

void Realm::begin_drain() {
  draining_ = true;
  turn([](RealmState& state) {
    if (state.neighbourhood) state.stop_waiting();
  });
}

}  // namespace router
