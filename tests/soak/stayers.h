// Those who keep to the rules, each on a thread of its own until the book is over, and check all they get.
//
// What is not as it must be is written into the book; so is every exception.
#pragma once

#include <cstdint>

#include "tests/end_to_end/wamp_client.h"
#include "tests/soak/book.h"

namespace soak {

struct Place {
  uint16_t port;  // of the router
  router::Speech speech;
};

// Makes calls of all kinds, several at a time: each has exactly one final answer, the right one.
void call(Book& book, const Place& place, uint64_t seed);

// Answers calls until `soak.end` is published. `ready` counts those that have registered.
void answer(Book& book, const Place& place, std::atomic<int>& ready);

// Publishes numbered events, not faster than the `subscribers` get them; `soak.end` when the book is over and
// the `others` have gone, who need answers.
void publish(Book& book, const Place& place, uint64_t seed, uint64_t subscribers,
             const std::atomic<int>& others);

// Gets all of them in order, until `soak.end`.
void subscribe(Book& book, const Place& place, std::atomic<int>& ready);

}  // namespace soak
