#include "router/statistics/rates.h"

#include <utility>

namespace router {

std::vector<double> Rates::per_second(const std::vector<Counted>& all, SteadyTime now) {
  std::vector<double> rates;
  rates.reserve(all.size());
  std::map<std::string, Marks> next;
  const Lock lock(mutex_);
  for (const Counted& one : all) {
    const auto known = marks_.find(one.name);
    Marks marks{{0, one.since}, {one.count, now}};
    // Somebody else may have taken its place in between, and it begins anew.
    if (known != marks_.end() && known->second.newer.count <= one.count) {
      marks = known->second;
      if (now >= marks.newer.time + least_time) marks = {marks.newer, {one.count, now}};
    }
    const double seconds = std::chrono::duration<double>(now - marks.older.time).count();
    rates.push_back(seconds > 0 ? static_cast<double>(one.count - marks.older.count) / seconds : 0);
    next.emplace(one.name, marks);
  }
  marks_ = std::move(next);
  return rates;
}

}  // namespace router
