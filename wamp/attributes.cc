#include "wamp/attributes.h"

#include <algorithm>
#include <cmath>

#include "wamp/ids.h"

namespace wamp {

std::optional<uint64_t> as_unsigned(const Value& value) {
  if (const auto* small = value.get<int64_t>(); small && *small >= 0) return static_cast<uint64_t>(*small);
  if (const auto* large = value.get<uint64_t>()) return *large;
  return std::nullopt;
}

std::optional<uint64_t> as_id(const Value& value) {
  if (const auto* number = value.get<double>()) {
    if (*number < 0 || *number > static_cast<double>(max_id) || *number != std::floor(*number))
      return std::nullopt;
    return static_cast<uint64_t>(*number);
  }
  return as_unsigned(value);
}

void Attributes::fail(std::string_view key, std::string_view expected, const Value& got) {
  if (error_) return;
  error_ = ProtocolError{std::string(where_) + "." + std::string(key) + ": expected " +
                         std::string(expected) + ", got " + std::string(type_name(got))};
}

template <class T>
const T* Attributes::find(std::string_view key, std::string_view expected) {
  const Value* value = dict_.find(key);
  if (!value || value->is_null()) return nullptr;
  const T* typed = value->get<T>();
  if (!typed) fail(key, expected, *value);
  return typed;
}

template <class Predicate>
const List* Attributes::uniform_list(std::string_view key, std::string_view expected, Predicate holds) {
  const List* values = find<List>(key, expected);
  if (!values) return nullptr;
  const auto odd = std::find_if_not(values->begin(), values->end(), holds);
  if (odd == values->end()) return values;
  fail(key, expected, *odd);
  return nullptr;
}

std::optional<bool> Attributes::optional_boolean(std::string_view key) {
  const bool* value = find<bool>(key, "a boolean");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::string_view> Attributes::string(std::string_view key) {
  const std::string* value = find<std::string>(key, "a string");
  return value ? std::optional<std::string_view>(*value) : std::nullopt;
}

std::optional<uint64_t> Attributes::integer(std::string_view key) {
  const Value* value = dict_.find(key);
  if (!value || value->is_null()) return std::nullopt;
  const auto number = as_unsigned(*value);
  if (!number) fail(key, "a non-negative integer", *value);
  return number;
}

const List* Attributes::list(std::string_view key) {
  return find<List>(key, "a list");
}

const Dict* Attributes::dict(std::string_view key) {
  return find<Dict>(key, "a dictionary");
}

const List* Attributes::id_list(std::string_view key) {
  return uniform_list(key, "a list of integers", [](const Value& v) { return as_id(v).has_value(); });
}

const List* Attributes::string_list(std::string_view key) {
  return uniform_list(key, "a list of strings",
                      [](const Value& v) { return v.get<std::string>() != nullptr; });
}

}  // namespace wamp
