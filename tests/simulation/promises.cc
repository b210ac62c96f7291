#include "tests/simulation/promises.h"

#include "tests/simulation/promises/concurrency.h"
#include "tests/simulation/promises/events_arrive.h"
#include "tests/simulation/promises/events_in_order.h"
#include "tests/simulation/promises/invocation_ids.h"
#include "tests/simulation/promises/invocations_in_order.h"
#include "tests/simulation/promises/last_word.h"
#include "tests/simulation/promises/one_answer.h"
#include "tests/simulation/promises/one_interrupt.h"
#include "tests/simulation/promises/registered_first.h"
#include "tests/simulation/promises/streams_are_whole.h"
#include "tests/simulation/promises/subscribed_first.h"
#include "tests/simulation/promises/testaments.h"

namespace simulation {
namespace {

template <class... All>
std::vector<std::unique_ptr<Promise>> make_promises(const Ledger& ledger, Journal& journal) {
  std::vector<std::unique_ptr<Promise>> all;
  (all.push_back(std::make_unique<All>(ledger, journal)), ...);
  return all;
}

}  // namespace

Promises::Promises(const Ledger& ledger, Journal& journal)
    : all_(make_promises<LastWord, OneAnswer, SubscribedFirst, EventsArrive, EventsInOrder, Testaments,
                         RegisteredFirst, InvocationsInOrder, InvocationIds, Concurrency, OneInterrupt,
                         StreamsAreWhole>(ledger, journal)) {}

}  // namespace simulation
