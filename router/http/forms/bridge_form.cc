#include "router/http/forms/bridge_form.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <utility>

#include "router/http/forms/arguments.h"
#include "router/http/forms/signature.h"
#include "serializers/serializer.h"
#include "text/utf8.h"
#include "transport/http/query.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

using config::BridgePath;
using transport::HttpRequest;
using transport::HttpResponse;
using transport::Query;

constexpr auto json_type = "application/json; charset=UTF-8";
constexpr auto bridge_retry_after_s = "2";

HttpResponse bridge_json(int status, std::string body) {
  HttpResponse response{
      status, json_type, std::move(body), {{"Cache-Control", "no-store,no-cache,must-revalidate,max-age=0"}}};
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", bridge_retry_after_s);
  return response;
}

// "x-hub-signature" as "X-Hub-Signature".
std::string canonical_name(std::string_view name) {
  std::string canonical(name);
  bool begins = true;
  for (char& c : canonical) {
    if (begins) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    begins = c == '-';
  }
  return canonical;
}

// A header may have any octets. Those that are not UTF-8 are taken for ISO 8859-1 (RFC 9110, section 5.5).
std::string as_utf8(std::string_view value) {
  if (text::is_utf8(value)) return std::string(value);
  std::string converted;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) {
      converted += c;
    } else {
      converted += static_cast<char>(0xC0 | octet >> 6);
      converted += static_cast<char>(0x80 | (octet & 0x3F));
    }
  }
  return converted;
}

// What a webhook's event says: all headers by name, each a list, and the body.
wamp::Dict event_of(const HttpRequest& request, std::string_view body) {
  std::map<std::string, wamp::List> values;
  for (const auto& [name, value] : request.header_lines.empty() ? request.headers : request.header_lines)
    values[canonical_name(name)].emplace_back(as_utf8(value));
  wamp::Dict headers;
  for (auto& [name, all] : values) headers.append(name, std::move(all));
  return {{"headers", std::move(headers)}, {"body", body}};
}

std::optional<Denial> check_body_type(const BridgePath& path, const HttpRequest& request) {
  const ContentType type = content_type_of(request);
  if (path.kind != BridgePath::Kind::webhook && !type.type.empty() && type.type != "application/json")
    return Denial{400, "the body must be \"application/json\", this is another type"};
  if (type.charset != "utf-8" && type.charset != "utf8")
    return Denial{400, "the body must be UTF-8, \"Content-Type\" names another charset"};
  return std::nullopt;
}

std::optional<Denial> check_sender(const BridgePath& path, const HttpRequest& request) {
  if (!path.require_ip.empty() && !path.require_ip.contains(request.peer_address))
    return Denial{400, "requests from this address are not taken"};
  if (path.require_tls && !request.secure) return Denial{400, "requests are taken over TLS only"};
  return std::nullopt;
}

constexpr auto not_signed_by_github = "the signature of GitHub is missing or not valid";

std::optional<Denial> check_head(const BridgePath& path, const HttpRequest& request, WallTime now) {
  if (auto denial = check_sender(path, request)) return denial;
  if (auto denial = check_body_type(path, request)) return denial;
  if (!path.github_secret.empty() && !may_be_signed_by_github(request))
    return Denial{400, not_signed_by_github};
  return check_signed_query(path, Query(request.query), now);
}

std::optional<Denial> check_body(const BridgePath& path, const HttpRequest& request, const Query& query,
                                 std::string_view body, WallTime now) {
  if (!path.github_secret.empty() && !is_signed_by_github(request, path.github_secret, body))
    return Denial{400, not_signed_by_github};
  if (auto denial = check_signature(path, query, body, now)) return denial;
  if (!text::is_utf8(body)) return Denial{400, "the body is not UTF-8"};
  return std::nullopt;
}

std::variant<Question, Denial> read_hook(const BridgePath& path, const HttpRequest& request,
                                         std::string_view body, size_t max_size) {
  Question question{.kind = Question::Kind::publication, .uri = path.topic};
  question.timeout = std::chrono::milliseconds(path.timeout_ms);
  question.payload_count = serializers::encode_arguments(
      serializers::Format::json, {{wamp::Value(event_of(request, body))}, {}}, question.payload);
  // It is longer than the body: by the headers, and by what is escaped.
  if (question.payload.size() > max_size)
    return Denial{413, "the event made of the request would have " + std::to_string(question.payload.size()) +
                           " bytes, of which at most " + std::to_string(max_size) + " are taken"};
  return question;
}

std::variant<Question, Denial> read_bridge_body(const BridgePath& path, std::string_view body,
                                                int max_depth) {
  Question question;
  question.timeout = std::chrono::milliseconds(path.timeout_ms);
  if (path.kind != BridgePath::Kind::caller) question.kind = Question::Kind::publication;
  const auto read = serializers::read_json_parts(body, max_body_members, max_depth);
  if (!read) return Denial{400, "the body is no JSON: " + read.error().message};
  if (!read->is_object) return Denial{400, "the body is JSON, but no object"};
  const char* const key = path.kind == BridgePath::Kind::caller ? "procedure" : "topic";
  const std::string_view uri = read->find(key);
  if (uri.empty()) return Denial{400, "the body has no \"" + std::string(key) + "\""};
  auto text = string_of(uri);
  if (!text) return Denial{400, "\"" + std::string(key) + "\" is not a string"};
  question.uri = *std::move(text);
  if (const auto wrong = take_arguments(*read, question)) return Denial{400, *wrong};
  return question;
}

int status_of_bridge_error(const Reply& reply) {
  if (reply.error == wamp::error_uri::timeout) return 504;
  if (reply.kind == Reply::Kind::refused)
    return reply.error == wamp::close_uri::system_shutdown || reply.error == wamp::error_uri::unavailable
               ? 503
               : 500;
  return 200;
}

HttpResponse webhook_response(const BridgePath& path, const Reply& reply) {
  const bool done = reply.kind == Reply::Kind::published;
  HttpResponse response = bridge_json(done ? 202 : 500, done ? path.success_response : path.error_response);
  return response;
}

}  // namespace

HttpResponse bridge_refusal(int status, std::string_view text) {
  return bridge_json(status, "{\"error\":" + serializers::json_string(text) + ",\"args\":[],\"kwargs\":{}}");
}

std::optional<HttpResponse> refuse_bridge_request(const BridgePath& path, const HttpRequest& request,
                                                  size_t body_size, size_t max_size, WallTime now) {
  const bool is_preflight = request.method == "OPTIONS";
  if (request.method != "POST" && request.method != "PUT" && !is_preflight) {
    HttpResponse response =
        bridge_refusal(405, request.method + " is not served on this path, only POST and PUT");
    response.headers.emplace_back("Allow", "POST, PUT, OPTIONS");
    return response;
  }
  if (!is_preflight)
    if (const auto denial = check_head(path, request, now))
      return bridge_refusal(denial->status, denial->text);
  const size_t limit = is_preflight               ? 0
                       : path.post_body_limit > 0 ? std::min<size_t>(path.post_body_limit, max_size)
                                                  : max_size;
  if (body_size <= limit) return std::nullopt;
  return bridge_refusal(413, "a body of " + std::to_string(body_size) + " bytes, of which at most " +
                                 std::to_string(limit) + " are taken");
}

std::variant<BridgeQuestion, HttpResponse> read_bridge_request(const BridgePath& path,
                                                               const HttpRequest& request,
                                                               std::string_view body, WallTime now,
                                                               const BodyBounds& bounds) {
  const Query query(request.query);
  if (const auto denial = check_body(path, request, query, body, now))
    return bridge_refusal(denial->status, denial->text);
  auto read = path.kind == BridgePath::Kind::webhook ? read_hook(path, request, body, bounds.size)
                                                     : read_bridge_body(path, body, bounds.depth);
  if (const auto* const denial = std::get_if<Denial>(&read))
    return bridge_refusal(denial->status, denial->text);
  return BridgeQuestion{std::get<Question>(std::move(read)), once_of(path, query, now)};
}

HttpResponse bridge_response(const BridgePath& path, const Reply& reply) {
  if (path.kind == BridgePath::Kind::webhook) return webhook_response(path, reply);
  switch (reply.kind) {
    case Reply::Kind::published:
      return bridge_json(200, "{\"id\":" + std::to_string(reply.publication) + "}");
    case Reply::Kind::result:
    case Reply::Kind::progress: {
      serializers::JsonArguments arguments = reply.arguments;
      // As Crossbar tells them: no result is the result null, and what is empty is not there.
      if (arguments.kwargs == "{}") arguments.kwargs = {};
      if (arguments.args == "[]") arguments.args = {};
      if (arguments.args.empty() && arguments.kwargs.empty()) arguments.args = "[null]";
      return bridge_json(200, arguments_text(arguments));
    }
    case Reply::Kind::role:
    case Reply::Kind::error:
    case Reply::Kind::refused:
      break;
  }
  std::string body = "{\"error\":" + serializers::json_string(reply.error) + ",\"args\":";
  body.append(reply.arguments.args.empty() ? "[]" : reply.arguments.args).append(",\"kwargs\":");
  body.append(reply.arguments.kwargs.empty() ? "{}" : reply.arguments.kwargs).append("}");
  return bridge_json(status_of_bridge_error(reply), std::move(body));
}

}  // namespace router::http
