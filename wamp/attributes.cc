#include "wamp/attributes.h"

#include <algorithm>
#include <cmath>

#include "wamp/ids.h"

namespace wamp {

bool is_integer(const Value& value) {
  return value.get<int64_t>() || value.get<uint64_t>();
}

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

void Attributes::fail(std::string_view key, std::string_view expected, const Value& got,
                      bool has_right_type) {
  if (error_) return;
  error_ =
      ProtocolError{std::string(where_) + "." + std::string(key) + ": expected " + std::string(expected) +
                        ", got " + (has_right_type ? "a negative one" : std::string(type_name(got))),
                    has_right_type};
}

template <class T>
const T* Attributes::typed(std::string_view key, const Value* value, std::string_view expected) {
  if (!value || value->is_null()) return nullptr;
  const T* typed = value->get<T>();
  if (!typed) fail(key, expected, *value);
  return typed;
}

template <class Predicate>
const List* Attributes::uniform(std::string_view key, const List* values, std::string_view expected,
                                Predicate holds) {
  if (!values) return nullptr;
  const auto odd = std::find_if_not(values->begin(), values->end(), holds);
  if (odd == values->end()) return values;
  // Where there may be integers, a negative one has the right type.
  fail(key, expected, *odd, is_integer(*odd) && holds(Value(0)));
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

std::optional<std::string_view> Attributes::short_string(std::string_view key, size_t most) {
  const auto text = string(key);
  if (text && text->size() > most && !error_)
    error_ = ProtocolError{std::string(where_) + "." + std::string(key) + ": more than " +
                               std::to_string(most) + " bytes (attribute_length)",
                           true};
  return text;
}

std::optional<std::string> Attributes::short_text(std::string_view key, size_t most) {
  const Value* value = dict_.find(key);
  if (!value || value->is_null()) return std::nullopt;
  if (const auto* number = value->get<int64_t>()) return std::to_string(*number);
  if (const auto* number = value->get<uint64_t>()) return std::to_string(*number);
  if (value->get<std::string>()) return std::string(*short_string(key, most));
  fail(key, "a string or an integer", *value);
  return std::nullopt;
}

std::optional<uint64_t> Attributes::integer(std::string_view key) {
  const Value* value = dict_.find(key);
  if (!value || value->is_null()) return std::nullopt;
  const auto number = as_unsigned(*value);
  if (!number) fail(key, "a non-negative integer", *value, is_integer(*value));
  return number;
}

const List* Attributes::list(std::string_view key) {
  return find<List>(key, "a list");
}

const Dict* Attributes::dict(std::string_view key) {
  return find<Dict>(key, "a dictionary");
}

const List* Attributes::id_list(std::string_view key) {
  constexpr std::string_view expected = "a list of non-negative integers";
  return uniform(key, find<List>(key, expected), expected,
                 [](const Value& value) { return as_id(value).has_value(); });
}

const List* Attributes::string_list(std::string_view key) {
  const Value* value = dict_.find(key);
  return value ? string_list(key, *value) : nullptr;
}

const List* Attributes::string_list(std::string_view key, const Value& value) {
  constexpr std::string_view expected = "a list of strings";
  return uniform(key, typed<List>(key, &value, expected), expected,
                 [](const Value& item) { return item.get<std::string>() != nullptr; });
}

}  // namespace wamp
