#include "tests/simulation/cluster/promises.h"

#include "tests/simulation/cluster/promises/all_agree.h"
#include "tests/simulation/cluster/promises/events_find_subscribers.h"
#include "tests/simulation/cluster/promises/mail_in_order.h"
#include "tests/simulation/cluster/promises/names_are_free.h"
#include "tests/simulation/cluster/promises/one_end.h"
#include "tests/simulation/cluster/promises/one_owner.h"
#include "tests/simulation/cluster/promises/own_slots.h"

namespace cluster_simulation {
namespace {

template <class... All>
std::vector<std::unique_ptr<Promise>> make_promises(const World& world, Journal& journal) {
  std::vector<std::unique_ptr<Promise>> all;
  (all.push_back(std::make_unique<All>(world, journal)), ...);
  return all;
}

}  // namespace

Promises::Promises(const World& world, Journal& journal)
    : all_(make_promises<OneOwner, OwnSlots, EventsFindSubscribers, MailInOrder, OneEnd, AllAgree,
                         NamesAreFree>(world, journal)) {}

}  // namespace cluster_simulation
