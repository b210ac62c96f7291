#include "router/events/publish_options.h"

#include <algorithm>
#include <map>

#include "router/mail/payload_passthru.h"
#include "wamp/attributes.h"

namespace router::broker {
namespace {

constexpr std::string_view publish_options_name = "PUBLISH.Options";
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

// The attribute that a list X of that name is about; empty: it is none of exclude_X and eligible_X.
std::string_view attribute_of(std::string_view option) {
  for (const std::string_view prefix : {exclude_prefix, eligible_prefix})
    if (option.starts_with(prefix) && option != "exclude_me") return option.substr(prefix.size());
  return {};
}

// Of options that came twice the last ones count.
std::vector<EventFilter::Rule> event_rules(const wamp::Dict& options, wamp::Attributes& attributes) {
  std::map<std::string_view, const wamp::Value*> lists;
  for (const wamp::DictEntry& option : options)
    if (!attribute_of(option.key).empty()) lists[option.key] = &option.value;
  std::vector<EventFilter::Rule> rules;
  for (const auto& [option, value] : lists)
    if (const wamp::List* list = attributes.string_list(option, *value))
      rules.push_back({std::string(attribute_of(option)), option.starts_with(eligible_prefix),
                       SortedSet<std::string>(strings(*list))});
  return rules;
}

std::shared_ptr<const EventFilter> event_filter(const wamp::Dict& options, wamp::Attributes& attributes) {
  EventFilter filter;
  if (const auto* list = attributes.id_list("exclude")) filter.exclude = SortedSet(session_ids(*list));
  if (const auto* list = attributes.id_list("eligible")) filter.eligible = SortedSet(session_ids(*list));
  filter.rules = event_rules(options, attributes);
  return filter.empty() ? nullptr : std::make_shared<const EventFilter>(std::move(filter));
}

wamp::Result<PublishOptions> read_publish_options(const wamp::Dict& options, size_t max_attribute) {
  PublishOptions read;
  wamp::Attributes attributes(options, publish_options_name);
  read.acknowledge = attributes.boolean("acknowledge", false);
  read.exclude_me = attributes.boolean("exclude_me", true);
  read.disclose_me = attributes.boolean("disclose_me", false);
  read.retain = attributes.boolean("retain", false);
  if (const auto ttl_ms = attributes.integer("_retain_ttl_ms"))
    read.retain_ttl = std::chrono::milliseconds(std::min(*ttl_ms, longest_ttl_ms));
  read.resource_key = RoutingKey(attributes.short_string("rkey", max_attribute).value_or(""));
  read.filter = event_filter(options, attributes);
  read.payload_passthru = payload_passthru_attributes(attributes, max_attribute);
  if (attributes.error()) return *attributes.error();
  return read;
}

}  // namespace

wamp::Result<PublishOptions> publish_options(const wamp::Dict& options, const config::SessionLimits& limits) {
  auto read = read_publish_options(options, limits.attribute_length);
  if (read && read->filter && read->filter->rules.size() > limits.publish_filters)
    return wamp::ProtocolError{std::string(publish_options_name) + ": more than " +
                                   std::to_string(limits.publish_filters) +
                                   " lists of attributes (publish_filters)",
                               true};
  return read;
}

wamp::Result<PublishOptions> kept_publish_options(const wamp::Dict& options) {
  return read_publish_options(options, SIZE_MAX);
}

void append_rules(const EventFilter& filter, wamp::Dict& options) {
  for (const EventFilter::Rule& rule : filter.rules) {
    wamp::List list(rule.values.begin(), rule.values.end());
    options.append(std::string(rule.eligible ? eligible_prefix : exclude_prefix) + rule.attribute,
                   std::move(list));
  }
}

}  // namespace router::broker
