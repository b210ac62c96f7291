// What the JSON bodies of requests have in common. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "router/http/client/reply.h"
#include "serializers/json_parts.h"

namespace router::http {

// Of the members of one body.
constexpr size_t max_body_members = 64;

// "args", "kwargs" and "options" of the object become the question's; null, [] and {} are none, as in
// Crossbar. A shorter timeout than the question has is the question's. Otherwise why not: what is wrong with
// which of them.
std::optional<std::string> take_arguments(const serializers::JsonText& object, Question& question);

// A JSON string. None: it is another value.
std::optional<std::string> string_of(std::string_view json);

// The type of a body, and its charset. Small letters; the charset is "utf-8" if none is named, and "" if the
// header cannot be understood.
struct ContentType {
  std::string type, charset;
};
ContentType content_type_of(const transport::HttpRequest& request);

}  // namespace router::http
