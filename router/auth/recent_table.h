// A bounded table of what was touched last: what was not touched for longest is forgotten first.
//
// One thread at a time. Keys are digests, so they are short, tell nothing and cannot be made to collide.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace router::auth {

template <class T>
class RecentTable {
 public:
  explicit RecentTable(size_t max_entries) : max_entries_(max_entries) {}

  // Null: there is none.
  const T* find(const std::string& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
  }
  // A fresh one if there is none.
  T& touch(const std::string& key) {
    if (const auto found = index_.find(key); found != index_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front().second;
    }
    if (entries_.size() >= max_entries_) erase(std::string(entries_.back().first));
    index_.emplace(key, entries_.emplace(entries_.begin(), key, T()));
    return entries_.front().second;
  }
  void erase(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    entries_.erase(found->second);
    index_.erase(found);
  }
  size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<const std::string, T>>;

  const size_t max_entries_;
  Entries entries_;  // the one touched last first
  std::map<std::string, typename Entries::iterator> index_;
};

}  // namespace router::auth
