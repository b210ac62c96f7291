#include "router/access/authorizer_answer.h"

#include <utility>

#include "router/config/wording.h"

namespace router {
namespace {

AuthorizerAnswer failure(std::string what) {
  return {{{}, std::move(what)}, false};
}

// Why the dictionary is none of the expected ones; empty: it is.
std::string problem_of(const wamp::Dict& said) {
  for (const wamp::DictEntry& entry : said) {
    if (entry.key == "validate" && entry.value.is_null()) continue;
    if (entry.key != "allow" && entry.key != "disclose" && entry.key != "cache")
      return "it returned the unknown key " + config::in_quotes(entry.key);
    if (!entry.value.get<bool>())
      return "it returned " + std::string(wamp::type_name(entry.value)) + " as \"" + entry.key +
             "\", expected a boolean";
  }
  return said.find("allow") ? "" : "it returned a dictionary without \"allow\"";
}

bool is_true(const wamp::Dict& said, std::string_view key) {
  const wamp::Value* value = said.find(key);
  return value && *value->get<bool>();
}

}  // namespace

AuthorizerAnswer read_answer(const wamp::Value& said, const config::DynamicAuthorizer& authorizer) {
  Grant grant;
  if (const bool* allowed = said.get<bool>()) {
    grant.allowed = *allowed;
    grant.force_reregister = *allowed && authorizer.force_reregister;
    return {{grant, {}}, false};
  }
  const auto* dict = said.get<wamp::Dict>();
  if (!dict)
    return failure("it returned " + std::string(wamp::type_name(said)) +
                   ", expected a boolean or a dictionary");
  if (std::string problem = problem_of(*dict); !problem.empty()) return failure(std::move(problem));
  grant.allowed = is_true(*dict, "allow");
  grant.disclose = is_true(*dict, "disclose");
  grant.force_reregister = grant.allowed && authorizer.force_reregister;
  return {{grant, {}}, is_true(*dict, "cache")};
}

}  // namespace router
