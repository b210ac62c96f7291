#include "router/denial_log.h"

#include <algorithm>
#include <functional>
#include <string>

namespace router {

bool DenialLog::add(Action action, std::string_view uri) {
  if (is_full()) return false;
  const size_t hash = std::hash<std::string>{}(std::string(name(action)).append(" ").append(uri));
  if (std::find(logged_.begin(), logged_.end(), hash) != logged_.end()) return false;
  logged_.push_back(hash);
  return true;
}

}  // namespace router
