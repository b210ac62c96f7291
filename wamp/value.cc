#include "wamp/value.h"

#include <algorithm>
#include <array>

namespace wamp {

void Dict::Delete::operator()(Entries* entries) const {
  delete entries;
}

Dict::Dict(std::initializer_list<DictEntry> entries) {
  if (entries.size() > 0) entries_.reset(new Entries(entries));
}

Dict::OwnedEntries Dict::copy_entries() const {
  return OwnedEntries(new Entries(*entries_));
}

const Value* Dict::find_in_entries(std::string_view key) const {
  const auto found =
      std::find_if(entries_->rbegin(), entries_->rend(), [key](const DictEntry& e) { return e.key == key; });
  return found == entries_->rend() ? nullptr : &found->value;
}

void Dict::set(std::string_view key, Value value) {
  if (const Value* found = find(key))
    *const_cast<Value*>(found) = std::move(value);
  else
    append(std::string(key), std::move(value));
}

void Dict::append(std::string key, Value value) {
  if (!entries_) entries_.reset(new Entries());
  entries_->push_back({std::move(key), std::move(value)});
}

bool operator==(const Dict& a, const Dict& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&b](const DictEntry& entry) {
           const Value* other = b.find(entry.key);
           return other && *other == entry.value;
         });
}

size_t byte_size(const Dict& dict) {
  size_t bytes = 0;
  for (const DictEntry& entry : dict) bytes += sizeof(entry.key) + entry.key.size() + byte_size(entry.value);
  return bytes;
}

size_t byte_size(const Value& value) {
  size_t bytes = sizeof(Value);
  if (const auto* text = value.get<std::string>()) bytes += text->size();
  if (const auto* binary = value.get<Binary>()) bytes += binary->bytes.size();
  if (const auto* dict = value.get<Dict>()) bytes += byte_size(*dict);
  if (const auto* list = value.get<List>())
    for (const Value& item : *list) bytes += byte_size(item);
  return bytes;
}

std::string_view type_name(const Value& value) {
  constexpr std::array<std::string_view, 9> names = {"null",        "a boolean", "an integer",
                                                     "an integer",  "a float",   "a string",
                                                     "binary data", "a list",    "a dictionary"};
  return names[value.variant().index()];
}

}  // namespace wamp
