// Reads the arguments of a call to the router itself.
//
// Null and absent are the same, and what is not asked for is ignored. The first argument that does not fit is
// kept as a refusal, so that all can be read first and the refusal asked for once. Lives shorter than the
// arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/member/request_check.h"
#include "serializers/serializer.h"

namespace router::meta {

class CallArguments {
 public:
  explicit CallArguments(const serializers::Arguments& arguments) : arguments_(arguments) {}

  // Positional ones, from 0. What must be there is 0 or empty if it is not, and a refusal is kept.
  uint64_t id(size_t position, std::string_view what);
  std::string string(size_t position, std::string_view what);
  wamp::Dict dict(size_t position, std::string_view what);
  // What may be absent.
  const wamp::List* optional_list(size_t position, std::string_view what);
  const wamp::Dict* optional_dict(size_t position, std::string_view what);
  const std::string* optional_string(size_t position, std::string_view what);
  std::optional<std::vector<std::string>> optional_strings(size_t position, std::string_view what);
  // Keyword ones.
  const std::string* optional_string(std::string_view key);
  std::optional<uint64_t> optional_id(std::string_view key);
  const wamp::Dict* optional_dict(std::string_view key);

  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  const wamp::Value* at(size_t position) const;
  const wamp::Value* at(std::string_view key) const;
  template <class T>
  const T* typed(const wamp::Value* value, bool required, std::string_view name, std::string_view expected);
  void refuse(std::string_view name, std::string_view expected, const wamp::Value* got);

  const serializers::Arguments& arguments_;
  std::optional<Refusal> refusal_;
};

}  // namespace router::meta
