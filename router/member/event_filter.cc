#include "router/member/event_filter.h"

#include <algorithm>

#include "transport/memory/allocated.h"

namespace router {
namespace {

// Null if a session has no such attribute.
const std::string* attribute_of(const Identity& identity, const wamp::Dict* extra, std::string_view name) {
  if (name == "authid") return &identity.authid;
  if (name == "authrole") return &identity.authrole;
  if (name == "authmethod") return &identity.authmethod;
  if (name == "authprovider") return &identity.authprovider;
  const wamp::Value* value = extra ? extra->find(name) : nullptr;
  return value ? value->get<std::string>() : nullptr;
}

}  // namespace

bool EventFilter::admits(wamp::SessionId session, const Identity& identity, const wamp::Dict* extra) const {
  if (exclude.contains(session) || (eligible && !eligible->contains(session))) return false;
  return std::all_of(rules.begin(), rules.end(), [&identity, extra](const Rule& rule) {
    const std::string* value = attribute_of(identity, extra, rule.attribute);
    return (value && rule.values.contains(*value)) == rule.eligible;
  });
}

bool EventFilter::outlives_sessions() const {
  return exclude.empty() && !eligible && std::all_of(rules.begin(), rules.end(), [](const Rule& rule) {
           return rule.attribute == "authid" || rule.attribute == "authrole";
         });
}

size_t allocated(const EventFilter& filter) {
  size_t bytes = transport::allocated(filter.exclude.items()) + transport::allocated(filter.rules);
  if (filter.eligible) bytes += transport::allocated(filter.eligible->items());
  for (const EventFilter::Rule& rule : filter.rules) {
    bytes += transport::allocated(rule.attribute) + transport::allocated(rule.values.items());
    for (const std::string& value : rule.values) bytes += transport::allocated(value);
  }
  return bytes;
}

}  // namespace router
