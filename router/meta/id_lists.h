// What the registration and the subscription meta API have in common.
#pragma once

#include <optional>
#include <string>

#include "router/meta/call_arguments.h"
#include "wamp/error_uris.h"
#include "wamp/uri.h"
#include "wamp/value.h"

namespace router::meta {

// "RegistrationLists" and "SubscriptionLists": ids by match policy.
class IdLists {
 public:
  void add(wamp::MatchPolicy match, uint64_t id) { lists_[static_cast<size_t>(match)].emplace_back(id); }
  wamp::Dict take() {
    return wamp::Dict{{"exact", std::move(lists_[0])},
                      {"prefix", std::move(lists_[1])},
                      {"wildcard", std::move(lists_[2])}};
  }

 private:
  wamp::List lists_[3];
};

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
