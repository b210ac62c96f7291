// Finds what is registered for a URI, by exact, prefix and wildcard match, without scanning.
//
// Holds pointers it does not own; one entry per (URI, match policy). Exact: a hash table. Prefix: a tree of
// characters, as WAMP's prefixes are string prefixes. Wildcard: a hash table of all patterns that have their
// wildcards in the same places. A look-up, a change and a match cost the length of the URI and what is found,
// and for wildcards the number of such shapes, which refusal() bounds; never the number of entries. Const
// members may be called by several threads at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "router/matching/prefix_tree.h"
#include "router/matching/wildcard_table.h"
#include "router/tables/linear_hash_table.h"
#include "router/tables/seeded_hash.h"
#include "transport/memory/allocated.h"
#include "wamp/uri.h"

namespace router {

// About what one entry takes of memory in a UriIndex and in a table by id.
constexpr size_t index_bytes(std::string_view uri) {
  constexpr size_t nodes = 256;
  return nodes + transport::allocated(uri.size() + 1);
}

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

  // Why `owner` must not add it, for people; none: it may.
  std::optional<std::string> refusal(std::string_view uri, wamp::MatchPolicy match, uint64_t owner,
                                     const ShapeLimits& limits) const {
    if (match != wamp::MatchPolicy::wildcard) return std::nullopt;
    return wildcards_.refusal(uri, owner, limits);
  }

  // Precondition: find(uri, match) is null. `owner` is asked about in refusal(); 0: nobody.
  void add(std::string_view uri, wamp::MatchPolicy match, T* entry, uint64_t owner = 0) {
    ++version_;
    switch (match) {
      case wamp::MatchPolicy::exact:
        exact_.add(seeded_hash(uri), {std::string(uri), entry});
        break;
      case wamp::MatchPolicy::prefix:
        prefixes_.add(uri, untyped(entry));
        break;
      case wamp::MatchPolicy::wildcard:
        wildcards_.add(uri, untyped(entry), owner);
        break;
    }
  }

  // Precondition: find(uri, match) is not null. Needs no memory.
  void remove(std::string_view uri, wamp::MatchPolicy match) noexcept {
    ++version_;
    switch (match) {
      case wamp::MatchPolicy::exact:
        exact_.remove(seeded_hash(uri), [uri](const Exact& other) { return other.uri == uri; });
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
  struct Exact {
    std::string uri;
    T* entry;
  };

  static void* untyped(T* entry) { return const_cast<std::remove_const_t<T>*>(entry); }

  T* find_exact(std::string_view uri) const {
    const Exact* found =
        exact_.find(seeded_hash(uri), [uri](const Exact& other) { return other.uri == uri; });
    return found ? found->entry : nullptr;
  }

  LinearHashTable<Exact> exact_;
  uint64_t version_ = 1;
  PrefixTree prefixes_;
  WildcardTable wildcards_;
};

}  // namespace router
