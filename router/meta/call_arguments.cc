#include "router/meta/call_arguments.h"

#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router::meta {

const wamp::Value* CallArguments::at(size_t position) const {
  const wamp::List& args = arguments_.args;
  return position < args.size() && !args[position].is_null() ? &args[position] : nullptr;
}

const wamp::Value* CallArguments::at(std::string_view key) const {
  const wamp::Value* value = arguments_.kwargs.find(key);
  return value && !value->is_null() ? value : nullptr;
}

void CallArguments::refuse(std::string_view name, std::string_view expected, const wamp::Value* got) {
  if (refusal_) return;
  refusal_ = Refusal{wamp::error_uri::invalid_argument,
                     std::string(name) + ": expected " + std::string(expected) + ", got " +
                         (got ? std::string(wamp::type_name(*got)) : std::string("nothing"))};
}

template <class T>
const T* CallArguments::typed(const wamp::Value* value, bool required, std::string_view name,
                              std::string_view expected) {
  const T* wanted = value ? value->get<T>() : nullptr;
  if (!wanted && (value || required)) refuse(name, expected, value);
  return wanted;
}

uint64_t CallArguments::id(size_t position, std::string_view what) {
  const wamp::Value* value = at(position);
  const auto number = value ? wamp::as_id(*value) : std::nullopt;
  if (!number) refuse(what, "an id", value);
  return number.value_or(0);
}

std::string CallArguments::string(size_t position, std::string_view what) {
  const auto* text = typed<std::string>(at(position), true, what, "a string");
  return text ? *text : std::string();
}

wamp::Dict CallArguments::dict(size_t position, std::string_view what) {
  const auto* dict = typed<wamp::Dict>(at(position), true, what, "a dictionary");
  return dict ? *dict : wamp::Dict();
}

const wamp::List* CallArguments::optional_list(size_t position, std::string_view what) {
  return typed<wamp::List>(at(position), false, what, "a list");
}

const wamp::Dict* CallArguments::optional_dict(size_t position, std::string_view what) {
  return typed<wamp::Dict>(at(position), false, what, "a dictionary");
}

const std::string* CallArguments::optional_string(size_t position, std::string_view what) {
  return typed<std::string>(at(position), false, what, "a string");
}

std::optional<std::vector<std::string>> CallArguments::optional_strings(size_t position,
                                                                        std::string_view what) {
  const wamp::List* list = typed<wamp::List>(at(position), false, what, "a list of strings");
  if (!list) return std::nullopt;
  std::vector<std::string> strings;
  for (const wamp::Value& value : *list)
    if (const auto* text = typed<std::string>(&value, true, what, "a list of strings"))
      strings.push_back(*text);
  return strings;
}

const std::string* CallArguments::optional_string(std::string_view key) {
  return typed<std::string>(at(key), false, key, "a string");
}

std::optional<uint64_t> CallArguments::optional_id(std::string_view key) {
  const wamp::Value* value = at(key);
  const auto number = value ? wamp::as_id(*value) : std::nullopt;
  if (value && !number) refuse(key, "an id", value);
  return number;
}

const wamp::Dict* CallArguments::optional_dict(std::string_view key) {
  return typed<wamp::Dict>(at(key), false, key, "a dictionary");
}

}  // namespace router::meta
