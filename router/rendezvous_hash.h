// Which of several nodes a key belongs to: the one with the greatest weight for it (rendezvous hashing), so
// that a node that comes or goes moves no other's keys.
#pragma once

#include <cstdint>
#include <string_view>

namespace router {

// The same on every machine and in every run, unlike std::hash.
uint64_t rendezvous_weight(std::string_view node, std::string_view key);

}  // namespace router
