#include "router/access/denial_log.h"

#include <algorithm>
#include <string>

#include "router/tables/seeded_hash.h"

namespace router {

bool DenialLog::add(Action action, std::string_view uri) {
  if (is_full()) return false;
  const uint64_t hash = seeded_hash(std::string(name(action)).append(" ").append(uri));
  if (std::find(logged_.begin(), logged_.end(), hash) != logged_.end()) return false;
  logged_.push_back(hash);
  return true;
}

}  // namespace router
