// The realms by name. Immutable once built; any thread may look them up.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/realm.h"

namespace router {

class Realms {
 public:
  void add(std::shared_ptr<Realm> realm) {
    const std::string name = realm->name();
    realms_.emplace(name, std::move(realm));
  }

  // Null if there is none of that name.
  std::shared_ptr<Realm> find(std::string_view name) const {
    const auto found = realms_.find(name);
    return found == realms_.end() ? nullptr : found->second;
  }

  std::vector<Realm*> all() const {
    std::vector<Realm*> all;
    for (const auto& [name, realm] : realms_) all.push_back(realm.get());
    return all;
  }

  // Writes what is still to be stored.
  void close() {
    for (const auto& [name, realm] : realms_) realm->close();
  }

 private:
  std::map<std::string, std::shared_ptr<Realm>, std::less<>> realms_;
};

}  // namespace router
