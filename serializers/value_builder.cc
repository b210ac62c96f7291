#include "serializers/value_builder.h"

#include "serializers/base64.h"

namespace serializers {

void ValueBuilder::undefined() {
  const bool is_entry = !open_.empty() && open_.back().container.get<wamp::Dict>();
  if (!is_entry) add(wamp::Value());
}

// Value would find the type itself, but g++ 12 with sanitizers warns of that falsely.
void ValueBuilder::unsigned_integer(uint64_t value) {
  if (value <= static_cast<uint64_t>(INT64_MAX)) return integer(static_cast<int64_t>(value));
  add(value);
}

void ValueBuilder::binary_key(std::string_view bytes) {
  std::string& key = open_.back().key;
  key.assign(1, '\0');
  append_base64(bytes, key);
}

void ValueBuilder::add(wamp::Value value) {
  if (open_.empty()) {
    values_.push_back(std::move(value));
    return;
  }
  Open& open = open_.back();
  if (wamp::Dict* const dict = open.container.get<wamp::Dict>())
    dict->append(std::move(open.key), std::move(value));
  else
    open.container.get<wamp::List>()->push_back(std::move(value));
}

void ValueBuilder::close() {
  wamp::Value container = std::move(open_.back().container);
  open_.pop_back();
  add(std::move(container));
}

}  // namespace serializers
