#include "router/broker/publish_options.h"

#include <algorithm>

#include "router/payload_passthru.h"
#include "wamp/attributes.h"

namespace router::broker {
namespace {

constexpr std::string_view exclude_prefix = "exclude_";
constexpr std::string_view eligible_prefix = "eligible_";
constexpr uint64_t longest_ttl_ms = uint64_t{100} * 365 * 24 * 3600 * 1000;  // a century is for ever

std::vector<wamp::SessionId> session_ids(const wamp::List& list) {
  std::vector<wamp::SessionId> ids;
  ids.reserve(list.size());
  for (const wamp::Value& value : list) ids.emplace_back(*wamp::as_id(value));
  return ids;
}

std::vector<std::string> strings(const wamp::List& list) {
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (const wamp::Value& value : list) texts.push_back(*value.get<std::string>());
  return texts;
}

void read_rule(const std::string& key, wamp::Attributes& attributes, EventFilter& filter) {
  const bool eligible = key.starts_with(eligible_prefix);
  if ((!eligible && !key.starts_with(exclude_prefix)) || key == "exclude_me") return;
  const wamp::List* list = attributes.string_list(key);
  if (!list) return;
  const size_t prefix = eligible ? eligible_prefix.size() : exclude_prefix.size();
  filter.rules.push_back({key.substr(prefix), eligible, strings(*list)});
}

std::shared_ptr<const EventFilter> event_filter(const wamp::Dict& options, wamp::Attributes& attributes) {
  EventFilter filter;
  if (const auto* list = attributes.id_list("exclude")) filter.exclude = session_ids(*list);
  if (const auto* list = attributes.id_list("eligible")) filter.eligible = session_ids(*list);
  for (const wamp::DictEntry& option : options) read_rule(option.key, attributes, filter);
  return filter.empty() ? nullptr : std::make_shared<const EventFilter>(std::move(filter));
}

}  // namespace

wamp::Result<PublishOptions> publish_options(const wamp::Dict& options) {
  PublishOptions read;
  if (options.empty()) return read;
  wamp::Attributes attributes(options, "PUBLISH.Options");
  read.acknowledge = attributes.boolean("acknowledge", false);
  read.exclude_me = attributes.boolean("exclude_me", true);
  read.disclose_me = attributes.boolean("disclose_me", false);
  read.retain = attributes.boolean("retain", false);
  if (const auto ttl_ms = attributes.integer("_retain_ttl_ms"))
    read.retain_ttl = std::chrono::milliseconds(std::min(*ttl_ms, longest_ttl_ms));
  read.resource_key = attributes.string("rkey").value_or("");
  read.filter = event_filter(options, attributes);
  read.payload_passthru = payload_passthru_attributes(attributes);
  if (attributes.error()) return *attributes.error();
  return read;
}

void append_rules(const EventFilter& filter, wamp::Dict& options) {
  for (const EventFilter::Rule& rule : filter.rules) {
    wamp::List list(rule.values.begin(), rule.values.end());
    options.append(std::string(rule.eligible ? eligible_prefix : exclude_prefix) + rule.attribute,
                   std::move(list));
  }
}

}  // namespace router::broker
