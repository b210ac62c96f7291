#include "router/broker/publish_options.h"

#include "wamp/attributes.h"

namespace router::broker {
namespace {

std::vector<wamp::SessionId> session_ids(const wamp::List& list) {
  std::vector<wamp::SessionId> ids;
  ids.reserve(list.size());
  for (const wamp::Value& value : list) ids.emplace_back(*wamp::as_unsigned(value));
  return ids;
}

std::vector<std::string> strings(const wamp::List& list) {
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (const wamp::Value& value : list) texts.push_back(*value.get<std::string>());
  return texts;
}

std::shared_ptr<const EventFilter> event_filter(wamp::Attributes& attributes) {
  EventFilter filter;
  bool any = false;
  const auto read = [&any](const wamp::List* list, auto& target, auto convert) {
    if (!list) return;
    target = convert(*list);
    any = true;
  };
  read(attributes.integer_list("exclude"), filter.exclude, session_ids);
  read(attributes.string_list("exclude_authid"), filter.exclude_authid, strings);
  read(attributes.string_list("exclude_authrole"), filter.exclude_authrole, strings);
  read(attributes.integer_list("eligible"), filter.eligible, session_ids);
  read(attributes.string_list("eligible_authid"), filter.eligible_authid, strings);
  read(attributes.string_list("eligible_authrole"), filter.eligible_authrole, strings);
  return any ? std::make_shared<const EventFilter>(std::move(filter)) : nullptr;
}

}  // namespace

wamp::Result<PublishOptions> publish_options(const wamp::Dict& options) {
  PublishOptions read;
  if (options.empty()) return read;
  wamp::Attributes attributes(options, "PUBLISH.Options");
  read.acknowledge = attributes.boolean("acknowledge", false);
  read.exclude_me = attributes.boolean("exclude_me", true);
  read.disclose_me = attributes.boolean("disclose_me", false);
  read.filter = event_filter(attributes);
  if (attributes.error()) return *attributes.error();
  return read;
}

}  // namespace router::broker
