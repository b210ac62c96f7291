// What happens to the messages of one connection, as the plan and chance will have it.
//
// Pure: chance is passed in. On the connection's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "router/chaos/plan.h"

namespace router::chaos {

// Each time another number, from 0 to less than 1.
using Chance = std::function<double()>;

// What a message meets.
struct Mishap {
  Fault fault;
  std::chrono::milliseconds delay{0};  // of a slow one
};

class Fate {
 public:
  static constexpr std::chrono::milliseconds shortest_delay{50}, longest_delay{2000};

  // The chances are those of the messages from the client and to it. Each message takes the same number of
  // them whatever the plan is, so that what happens to the others stays the same if it is changed.
  Fate(const Plan& plan, Chance from_client, Chance to_client)
      : plan_(plan), from_client_(std::move(from_client)), to_client_(std::move(to_client)) {}

  std::optional<Mishap> of_message_from_client(bool answers_invocation);
  std::optional<Mishap> of_message_to_client();

 private:
  const Plan plan_;
  const Chance from_client_, to_client_;
};

// For the n-th connection: what chance is for the messages from its client and to it. The same seed gives the
// same again. Precondition: the plan has one.
Fate fate_of_connection(const Plan& plan, uint64_t number);

}  // namespace router::chaos
