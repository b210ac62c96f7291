// What the meta APIs have in common: lists of ids, and how something is looked up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"
#include "wamp/error_uris.h"
#include "wamp/uri.h"
#include "wamp/value.h"

namespace router::meta {

using Ids = std::vector<uint64_t>;

inline wamp::List values_of(const Ids& ids) {
  return wamp::List(ids.begin(), ids.end());
}

// The result of a procedure that lists them.
inline Answer list_of(Ids ids) {
  return LargeResult([ids = std::move(ids)] {
    return serializers::Arguments{{wamp::Value(values_of(ids))}, {}};
  });
}

// "RegistrationLists" and "SubscriptionLists": ids by match policy.
class IdLists {
 public:
  void add(wamp::MatchPolicy match, uint64_t id) { lists_[static_cast<size_t>(match)].push_back(id); }
  wamp::Dict dict() const {
    return wamp::Dict{{"exact", values_of(lists_[0])},
                      {"prefix", values_of(lists_[1])},
                      {"wildcard", values_of(lists_[2])}};
  }

 private:
  std::array<Ids, 3> lists_;
};

// All of a realm's; visit_some(realm, from, lists) adds a part and returns where to go on
// (IdMap::visit_some).
template <class VisitSome>
Request list_all(VisitSome visit_some) {
  return [visit_some, from = uint64_t{0}, lists = IdLists()](RealmState& realm, Member&) mutable -> Answer {
    from = visit_some(realm, from, lists);
    if (from != 0) return Unfinished();
    return LargeResult([lists = std::move(lists)] { return serializers::Arguments{{lists.dict()}, {}}; });
  };
}

// A URI and, in the options behind it, a match policy.
struct Lookup {
  std::string uri;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
};

inline Lookup read_lookup(const serializers::Arguments& arguments, std::string_view what,
                          std::optional<Refusal>& refusal) {
  CallArguments read(arguments);
  Lookup lookup{read.string(0, what), wamp::MatchPolicy::exact};
  const wamp::Dict* options = read.optional_dict(1, "options");
  refusal = read.refusal();
  const wamp::Value* match = options ? options->find("match") : nullptr;
  if (!match || match->is_null()) return lookup;
  const auto* name = match->get<std::string>();
  const auto policy = name ? wamp::match_policy(*name) : std::nullopt;
  if (policy)
    lookup.match = *policy;
  else if (!refusal)
    refusal = Refusal{wamp::error_uri::invalid_argument, "options.match: expected exact, prefix or wildcard"};
  return lookup;
}

// Of a revocation, which Crossbar's clients give as the third argument or by name; empty: none.
inline std::string revocation_reason(CallArguments& read) {
  const std::string* reason = read.optional_string(2, "reason");
  if (!reason) reason = read.optional_string("reason");
  return reason ? *reason : std::string();
}

}  // namespace router::meta
