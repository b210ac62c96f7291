#include "router/base/counters.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace router {
namespace {

using namespace wamp::error_uri;
using namespace wamp::close_uri;

constexpr std::array error_uri_list{authentication_denied,
                                    authentication_failed,
                                    authentication_required,
                                    authorization_failed,
                                    canceled,
                                    feature_not_supported,
                                    history_unavailable,
                                    invalid_argument,
                                    invalid_uri,
                                    no_available_callee,
                                    no_matching_auth_method,
                                    no_such_principal,
                                    no_such_procedure,
                                    no_such_realm,
                                    no_such_registration,
                                    no_such_role,
                                    no_such_session,
                                    no_such_subscription,
                                    not_authorized,
                                    option_disallowed_disclose_me,
                                    option_not_allowed,
                                    payload_size_exceeded,
                                    procedure_already_exists,
                                    protocol_violation,
                                    timeout,
                                    too_many_requests,
                                    unavailable,
                                    system_shutdown,
                                    std::string_view("other")};

// The place of `name`, or the last one.
size_t place_in(NamedCounters::Names names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return static_cast<size_t>(std::min(found, names.end() - 1) - names.begin());
}

template <size_t... index>
constexpr auto type_names(std::index_sequence<index...>) {
  return std::array{wamp::name(std::variant_alternative_t<index, wamp::Message>::type)...};
}

}  // namespace

const NamedCounters::Names names::error_uris = error_uri_list;

MessageCounters::MessageCounters(CounterSet& set, const Family& family) {
  const auto names = type_names(std::make_index_sequence<std::variant_size_v<wamp::Message>>());
  for (size_t type = 0; type < names.size(); ++type)
    set.list(family, {std::string(names[type]), {}}, &counters_[type]);
}

NamedCounters::NamedCounters(CounterSet& set, const Family& family, Names first, Names second)
    : first_(first), second_(second), counters_(first.size() * second.size()) {
  for (const std::string_view a : first)
    for (const std::string_view b : second)
      set.list(family, {std::string(a), std::string(b)}, &counters_[place(a, b)]);
}

size_t NamedCounters::place(std::string_view first, std::string_view second) const {
  return place_in(first_, first) * second_.size() + place_in(second_, second);
}

void NamedCounters::add(std::string_view first, std::string_view second) {
  counters_[place(first, second)].add();
}

uint64_t MessageCounters::all() const {
  return std::accumulate(counters_.begin(), counters_.end(), uint64_t{0},
                         [](uint64_t sum, const Counter& counter) { return sum + counter.value(); });
}

uint64_t NamedCounters::all() const {
  return std::accumulate(counters_.begin(), counters_.end(), uint64_t{0},
                         [](uint64_t sum, const Counter& counter) { return sum + counter.value(); });
}

uint64_t NamedCounters::value(std::string_view first, std::string_view second) const {
  return counters_[place(first, second)].value();
}

}  // namespace router
