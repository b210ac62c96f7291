// Finds what is registered for a URI, by exact, prefix and wildcard match, without scanning.
//
// Holds pointers it does not own; one entry per (URI, match policy). Exact: a hash table. Prefix: a tree of
// characters, as WAMP's prefixes are string prefixes. Wildcard: a tree of components. Lookups cost the length
// of the URI, not the number of entries. Const members may be called by several threads at once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "router/prefix_tree.h"
#include "router/wildcard_tree.h"
#include "wamp/uri.h"

namespace router {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

template <class T>
class UriIndex {
 public:
  T* find(std::string_view uri, wamp::MatchPolicy match) const {
    switch (match) {
      case wamp::MatchPolicy::exact:
        return find_exact(uri);
      case wamp::MatchPolicy::prefix:
        return static_cast<T*>(prefixes_.find(uri));
      case wamp::MatchPolicy::wildcard:
        return static_cast<T*>(wildcards_.find(uri));
    }
    return nullptr;
  }

  // Precondition: find(uri, match) is null.
  void add(std::string_view uri, wamp::MatchPolicy match, T* entry) {
    ++version_;
    switch (match) {
      case wamp::MatchPolicy::exact:
        exact_.emplace(uri, entry);
        break;
      case wamp::MatchPolicy::prefix:
        prefixes_.add(uri, untyped(entry));
        break;
      case wamp::MatchPolicy::wildcard:
        wildcards_.add(uri, untyped(entry));
        break;
    }
  }

  // Precondition: find(uri, match) is not null.
  void remove(std::string_view uri, wamp::MatchPolicy match) {
    ++version_;
    switch (match) {
      case wamp::MatchPolicy::exact:
        exact_.erase(exact_.find(uri));
        break;
      case wamp::MatchPolicy::prefix:
        prefixes_.remove(uri);
        break;
      case wamp::MatchPolicy::wildcard:
        wildcards_.remove(uri);
        break;
    }
  }

  // The one that a call goes to ("Calls matching multiple registrations"): the exact one, else the longest
  // prefix, else the wildcard whose first difference to the others is a literal component.
  T* match_best(std::string_view uri) const {
    if (T* exact = find_exact(uri)) return exact;
    if (void* prefix = prefixes_.longest(uri)) return static_cast<T*>(prefix);
    return static_cast<T*>(wildcards_.best(uri));
  }

  // Another one after each change, so that what was found may be remembered; never 0.
  uint64_t version() const { return version_; }

  // visit(entry) for every match: exact, then prefixes from short to long, then wildcards.
  template <class Visit>
  void match_all(std::string_view uri, Visit visit) const {
    if (T* exact = find_exact(uri)) visit(*exact);
    prefixes_.match_all(uri, [&](void* entry) { visit(*static_cast<T*>(entry)); });
    wildcards_.match_all(uri, [&](void* entry) { visit(*static_cast<T*>(entry)); });
  }

 private:
  static void* untyped(T* entry) { return const_cast<std::remove_const_t<T>*>(entry); }

  T* find_exact(std::string_view uri) const {
    const auto found = exact_.find(uri);
    return found == exact_.end() ? nullptr : found->second;
  }

  std::unordered_map<std::string, T*, StringHash, std::equal_to<>> exact_;
  uint64_t version_ = 1;
  PrefixTree prefixes_;
  WildcardTree wildcards_;
};

}  // namespace router
