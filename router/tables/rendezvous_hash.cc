#include "router/tables/rendezvous_hash.h"

namespace router {

// FNV-1a.
uint64_t rendezvous_hash(std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

}  // namespace router
