#include "router/memory/value_bytes.h"

namespace router {

size_t allocated(const wamp::Value& value) {
  if (const auto* text = value.get<std::string>()) return allocated(*text);
  if (const auto* binary = value.get<wamp::Binary>()) return allocated(binary->bytes);
  if (const auto* dict = value.get<wamp::Dict>()) return allocated(*dict);
  const auto* list = value.get<wamp::List>();
  if (!list) return 0;
  size_t bytes = transport::allocated(*list);
  for (const wamp::Value& element : *list) bytes += allocated(element);
  return bytes;
}

size_t allocated(const wamp::Dict& dict) {
  if (dict.empty()) return 0;
  size_t bytes = transport::allocated(sizeof(std::vector<wamp::DictEntry>)) +
                 transport::allocated(dict.room() * sizeof(wamp::DictEntry));
  for (const wamp::DictEntry& entry : dict) bytes += allocated(entry.key) + allocated(entry.value);
  return bytes;
}

}  // namespace router
