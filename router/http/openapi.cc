#include "router/http/openapi.h"

#include "router/base/version.h"
#include "router/http/forms/api_form.h"
#include "serializers/json_parts.h"

namespace router::http {
namespace {

// What the bodies of all requests and answers are.
constexpr std::string_view components =
    R"("components":{"schemas":{)"
    R"("Arguments":{"oneOf":[{"type":"array","items":{}},{"type":"object","properties":{)"
    R"("args":{"type":"array","items":{}},"kwargs":{"type":"object"},"options":{"type":"object"}},)"
    R"("additionalProperties":false}]},)"
    R"("Result":{"type":"object","properties":{"args":{"type":"array","items":{}},"kwargs":{"type":"object"}}},)"
    R"("Published":{"type":"object","properties":{"publication":{"type":"integer"}}},)"
    R"("Problem":{"type":"object","properties":{"type":{"type":"string"},"status":{"type":"integer"},)"
    R"("detail":{"type":"string"},"args":{"type":"array","items":{}},"kwargs":{"type":"object"}}}},)"
    R"("responses":{"Problem":{"description":"an error",)"
    R"("content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}})";

// How clients log in, and what any of their requests needs, one of several (OpenAPI 3.1, "Security
// Requirement Object").
struct Security {
  std::string schemes, alternatives;
};

Security security_of(const config::AuthMethods& auth) {
  const bool is_ticket = auth.contains("ticket");
  Security security;
  const auto add = [&security](std::string_view scheme) {
    const std::string name = "\"" + std::string(scheme) + "\"";
    security.schemes +=
        (security.schemes.empty() ? "" : ",") + name + R"(:{"type":"http","scheme":)" + name + "}";
    security.alternatives += (security.alternatives.empty() ? "{" : ",{") + name + ":[]}";
  };
  if (is_ticket || auth.contains("jwt")) add("bearer");
  if (is_ticket) add("basic");
  if (!security.schemes.empty() && auth.contains("anonymous")) security.alternatives += ",{}";
  return security;
}

std::string posted(std::string_view id, std::string_view result) {
  std::string text = "{\"post\":{\"operationId\":";
  text.append(serializers::json_string(id))
      .append(
          R"(,"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Arguments"}}}},)")
      .append(R"("responses":{"200":{"description":"done","content":{"application/json":{"schema":)")
      .append(R"({"$ref":"#/components/schemas/)")
      .append(result)
      .append(R"("}}}},"default":{"$ref":"#/components/responses/Problem"}}}})");
  return text;
}

}  // namespace

std::string openapi_text(const std::string& path_name, const config::AuthMethods& auth,
                         const std::vector<std::string>& procedures) {
  const std::string base = path_name == "/" ? "" : path_name;
  std::string text = R"({"openapi":"3.1.0","info":{"title":"wampd","version":)" +
                     serializers::json_string(version) + R"(},"servers":[{"url":)" +
                     serializers::json_string(base.empty() ? "/" : base) + "}],";
  const Security security = security_of(auth);
  if (!security.alternatives.empty()) text += "\"security\":[" + security.alternatives + "],";
  text += "\"paths\":{";
  for (const std::string& procedure : procedures)
    text.append(serializers::json_string("/call/" + procedure))
        .append(":")
        .append(posted("call " + procedure, "Result"))
        .append(",");
  text +=
      R"("/publish/{topic}":{"parameters":[{"name":"topic","in":"path","required":true,"schema":{"type":"string"}}],)" +
      posted("publish", "Published").substr(1) +
      R"(,"/events":{"get":{"operationId":"events","parameters":[{"name":"topic","in":"query","required":true,)"
      R"("schema":{"type":"array","items":{"type":"string"}}},{"name":"match","in":"query",)"
      R"("schema":{"enum":["exact","prefix","wildcard"]}}],"responses":{"200":{"description":"events, for as long as )"
      R"(the client stays","content":{"text/event-stream":{}}},"default":{"$ref":"#/components/responses/Problem"}}}}},)";
  text += components;
  if (!security.schemes.empty()) text += ",\"securitySchemes\":{" + security.schemes + "}";
  return text.append("}}");
}

transport::HttpResponse openapi_response(const Realms& realms, const config::ApiPath& path,
                                         const std::string& path_name, const Reply& reply) {
  if (reply.kind != Reply::Kind::role) return api_response(reply);
  const auto realm = realms.find_or_create(path.realm);
  std::vector<std::string> procedures;
  if (realm) procedures = realm->callable(reply.role, max_told_procedures);
  return {200,
          "application/json",
          openapi_text(path_name, path.auth, procedures),
          {{"Cache-Control", "no-store"}}};
}

}  // namespace router::http
