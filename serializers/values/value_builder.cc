#include "serializers/values/value_builder.h"

#include "text/base64.h"

namespace serializers {

void ValueBuilder::exceed(size_t limit, std::string_view what, std::string_view name) {
  excess_ = "more than " + std::to_string(limit);
  excess_.append(" ").append(what).append(" (").append(name).append(")");
  values_ = {};
  open_ = {};
}

bool ValueBuilder::admits(size_t bytes) {
  if (bytes > limits_.bytes) exceed(limits_.bytes, "bytes", "options_bytes");
  return !exceeded();
}

bool ValueBuilder::count_entry() {
  if (exceeded()) return false;
  if (++entries_ > limits_.entries) exceed(limits_.entries, "entries in dictionaries", "options_entries");
  return !exceeded();
}

void ValueBuilder::undefined() {
  const bool is_entry = !open_.empty() && open_.back().container.get<wamp::Dict>();
  if (!is_entry) add(wamp::Value());
}

void ValueBuilder::string(std::string_view value) {
  if (!exceeded()) add(value);
}

void ValueBuilder::binary(std::string_view bytes) {
  if (!exceeded()) add(wamp::Binary{std::string(bytes)});
}

void ValueBuilder::key(std::string_view key) {
  if (count_entry()) open_.back().key = key;
}

void ValueBuilder::binary_key(std::string_view bytes) {
  if (!count_entry()) return;
  std::string& key = open_.back().key;
  key.assign(1, '\0');
  text::append_base64(bytes, key);
}

void ValueBuilder::add(wamp::Value value) {
  if (exceeded()) return;
  if (open_.empty()) {
    values_.push_back(std::move(value));
    return;
  }
  Open& open = open_.back();
  if (wamp::Dict* const dict = open.container.get<wamp::Dict>())
    dict->append(std::move(open.key), std::move(value));
  else if (++list_items_ > limits_.list_items)
    exceed(limits_.list_items, "items in lists", "options_list_items");
  else
    open.container.get<wamp::List>()->push_back(std::move(value));
}

void ValueBuilder::open(wamp::Value container) {
  if (!exceeded()) open_.push_back({std::move(container), {}});
}

void ValueBuilder::close() {
  if (exceeded()) return;
  wamp::Value container = std::move(open_.back().container);
  open_.pop_back();
  add(std::move(container));
}

}  // namespace serializers
