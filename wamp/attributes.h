// Reads the known attributes of an options or details dictionary.
//
// Unknown attributes are ignored; null and absent are the same; a known attribute of the wrong type is the
// peer's error ("Extensibility", "No Polymorphism"), and a value of the right type that is not allowed a
// refusable one. The first error is kept, so that all attributes can be read first and the error asked for
// once. Lives shorter than the dictionary.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wamp/result.h"
#include "wamp/value.h"

namespace wamp {

class Attributes {
 public:
  // `where` names the dictionary in errors: "CALL.Options".
  Attributes(const Dict& dict, std::string_view where) : dict_(dict), where_(where) {}

  bool boolean(std::string_view key, bool fallback) {
    return dict_.empty() ? fallback : optional_boolean(key).value_or(fallback);
  }
  std::optional<bool> optional_boolean(std::string_view key);
  std::optional<std::string_view> string(std::string_view key);
  // One that is kept or goes on to others. More than so many bytes, the limit "attribute_length", are an
  // excess.
  std::optional<std::string_view> short_string(std::string_view key, size_t most);
  // The same, or an integer as text.
  std::optional<std::string> short_text(std::string_view key, size_t most);
  // A non-negative integer.
  std::optional<uint64_t> integer(std::string_view key);
  const List* list(std::string_view key);
  const Dict* dict(std::string_view key);
  // A list of nothing but ids, see as_id(); of nothing but strings.
  const List* id_list(std::string_view key);
  const List* string_list(std::string_view key);
  // The same of an entry that has been found already.
  const List* string_list(std::string_view key, const Value& value);

  Result<void> result() const { return error_ ? Result<void>(*error_) : Result<void>(); }
  const std::optional<ProtocolError>& error() const { return error_; }

 private:
  template <class T>
  const T* typed(std::string_view key, const Value* value, std::string_view expected);
  template <class T>
  const T* find(std::string_view key, std::string_view expected) {
    return typed<T>(key, dict_.find(key), expected);
  }
  template <class Predicate>
  const List* uniform(std::string_view key, const List* values, std::string_view expected, Predicate holds);
  void fail(std::string_view key, std::string_view expected, const Value& got, bool has_right_type = false);

  const Dict& dict_;
  std::string_view where_;
  std::optional<ProtocolError> error_;
};

bool is_integer(const Value& value);

// The value as a non-negative integer, if it is one.
std::optional<uint64_t> as_unsigned(const Value& value);

// The same, but a float with the value of an id is one too: JavaScript has no other numbers, and some
// MessagePack encoders write those above 2^32 as floats.
std::optional<uint64_t> as_id(const Value& value);

}  // namespace wamp
