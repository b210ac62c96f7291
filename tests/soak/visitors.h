// Those who come and go in every way but the right one, each on a thread of its own until the book is over.
#pragma once

#include <cstdint>

#include "tests/soak/book.h"

namespace soak {

// One connection after the other, whose cable is cut, or reset, or whose client just ends.
void visit(Book& book, uint16_t port, uint64_t seed);

// Subscribes to everything and then reads nothing for a while.
void stall(Book& book, uint16_t port, uint64_t seed);

}  // namespace soak
