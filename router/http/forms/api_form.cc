#include "router/http/forms/api_form.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "router/http/forms/arguments.h"
#include "text/utf8.h"
#include "transport/http/http_text.h"
#include "transport/http/query.h"
#include "transport/http/request_head.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

using transport::HttpRequest;
using transport::HttpResponse;
using transport::Query;
namespace uri = wamp::error_uri;

constexpr size_t max_topics = 16;
constexpr auto problem_type = "application/problem+json";

struct Status {
  std::string_view error;
  int status;
};
constexpr Status statuses[] = {
    {uri::no_such_procedure, 404},
    {uri::no_such_realm, 404},
    {uri::history_unavailable, 404},
    {uri::not_authorized, 403},
    {uri::option_not_allowed, 403},
    {uri::option_disallowed_disclose_me, 403},
    {uri::no_such_role, 403},
    {uri::authorization_failed, 403},
    {uri::invalid_argument, 400},
    {uri::invalid_uri, 400},
    {uri::payload_size_exceeded, 413},
    {uri::too_many_requests, 429},
    {uri::timeout, 504},
    {uri::unavailable, 503},
    {uri::no_available_callee, 503},
    {wamp::close_uri::system_shutdown, 503},
    {uri::authentication_denied, 401},
    {uri::authentication_failed, 401},
    {uri::authentication_required, 401},
    {uri::no_matching_auth_method, 401},
    {uri::no_such_principal, 401},
    {uri::feature_not_supported, 501},
};
constexpr int of_application = 422;
constexpr std::string_view retry_after_s = "2";

HttpResponse api_problem(int status, std::string_view error, std::string body) {
  HttpResponse response{status, problem_type, std::move(body), {{"Cache-Control", "no-store"}}};
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", retry_after_s);
  static_cast<void>(error);
  return response;
}

// The first argument, if it is a text.
std::string_view detail_of(const serializers::JsonArguments& arguments) {
  std::string_view args = arguments.args;
  if (args.size() < 2) return {};
  args.remove_prefix(1);
  if (!args.starts_with('"')) return {};
  size_t end = 1;
  while (end < args.size() && args[end] != '"') end += args[end] == '\\' ? 2 : 1;
  return end < args.size() ? args.substr(0, end + 1) : std::string_view();
}

HttpResponse problem_of(const Reply& reply) {
  const int status = status_of_error(reply.error);
  std::string body =
      "{\"type\":" + serializers::json_string(reply.error) + ",\"status\":" + std::to_string(status);
  if (const auto detail = detail_of(reply.arguments); !detail.empty())
    body.append(",\"detail\":").append(detail);
  if (!reply.arguments.args.empty()) body.append(",\"args\":").append(reply.arguments.args);
  if (!reply.arguments.kwargs.empty()) body.append(",\"kwargs\":").append(reply.arguments.kwargs);
  return api_problem(status, reply.error, body += "}");
}

HttpResponse wrong_request(std::string_view text) {
  return problem(uri::invalid_argument, text);
}

std::optional<HttpResponse> read_timeout(const HttpRequest& request, Question& question) {
  const std::string_view header = request.header("wamp-timeout-ms");
  if (header.empty()) return std::nullopt;
  int64_t ms = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), ms);
  if (error != std::errc() || end != header.data() + header.size() || ms <= 0)
    return wrong_request("Wamp-Timeout-Ms is not a number of milliseconds above 0");
  question.timeout = std::min(question.timeout, std::chrono::milliseconds(ms));
  return std::nullopt;
}

// Of "call/URI" and "publish/URI".
std::string_view uri_in(std::string_view rest) {
  return rest.substr(rest.find('/') + 1);
}

// A call or publication.
std::optional<HttpResponse> refuse_head(const HttpRequest& request, std::string_view rest, size_t body_size) {
  if (!text::is_utf8(uri_in(rest)) || !wamp::is_valid_uri(uri_in(rest), wamp::UriRule::loose))
    return problem(uri::invalid_uri, "what stands behind \"" + std::string(rest.substr(0, rest.find('/'))) +
                                         "/\" is not a valid URI");
  const ContentType type = content_type_of(request);
  if (body_size > 0 && !type.type.empty() && type.type != "application/json") {
    HttpResponse response = wrong_request("the body must be \"application/json\"");
    response.status = 415;
    return response;
  }
  if (type.charset != "utf-8" && type.charset != "utf8")
    return wrong_request("the body must be UTF-8, \"Content-Type\" names another charset");
  return std::nullopt;
}

}  // namespace

int status_of_error(std::string_view error_uri) {
  for (const auto& [error, status] : statuses)
    if (error == error_uri) return status;
  return of_application;
}

HttpResponse problem(std::string_view error_uri, std::string_view text) {
  return problem_of(OwnError(Reply::Kind::error, error_uri, text).reply());
}

HttpResponse api_response(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::result:
    case Reply::Kind::progress:
      return {200, "application/json", arguments_text(reply.arguments), {{"Cache-Control", "no-store"}}};
    case Reply::Kind::published:
      return {200,
              "application/json",
              "{\"publication\":" + std::to_string(reply.publication) + "}",
              {{"Cache-Control", "no-store"}}};
    case Reply::Kind::role:
    case Reply::Kind::error:
    case Reply::Kind::refused:
      break;
  }
  return problem_of(reply);
}

ApiTarget api_target(std::string_view rest) {
  if (rest.starts_with("call/")) return ApiTarget::call;
  if (rest.starts_with("publish/")) return ApiTarget::publish;
  if (rest == "events") return ApiTarget::events;
  return rest == "openapi.json" ? ApiTarget::openapi : ApiTarget::none;
}

std::optional<HttpResponse> refuse_api_request(const HttpRequest& request, std::string_view rest,
                                               size_t body_size, size_t max_size) {
  const ApiTarget target = api_target(rest);
  const bool is_posted = target == ApiTarget::call || target == ApiTarget::publish;
  const std::string_view allowed = is_posted ? "POST, OPTIONS" : "GET, OPTIONS";
  if (target == ApiTarget::none) {
    HttpResponse response =
        problem(uri::no_such_procedure,
                "there is nothing here: expected call/URI, publish/URI, events or openapi.json");
    return response;
  }
  if (request.method != "OPTIONS" && request.method != (is_posted ? "POST" : "GET")) {
    HttpResponse response =
        wrong_request("this path takes no " + request.method + ", only " + std::string(allowed));
    response.status = 405;
    response.headers.emplace_back("Allow", allowed);
    return response;
  }
  const bool is_preflight = request.method == "OPTIONS";
  if (is_posted && !is_preflight)
    if (auto refusal = refuse_head(request, rest, body_size)) return refusal;
  const size_t limit = is_preflight ? 0 : max_size;
  if (body_size <= limit) return std::nullopt;
  return problem(uri::payload_size_exceeded, "a body of more than " + std::to_string(limit) + " bytes");
}

std::variant<Question, HttpResponse> read_api_request(const config::ApiPath& path, const HttpRequest& request,
                                                      std::string_view rest, std::string_view body,
                                                      int max_depth) {
  Question question;
  const bool is_call = api_target(rest) == ApiTarget::call;
  question.kind = is_call ? Question::Kind::call : Question::Kind::publication;
  question.uri = uri_in(rest);
  question.timeout = std::chrono::milliseconds(path.timeout_ms);
  if (const auto wrong = read_timeout(request, question)) return *wrong;
  if (body.empty()) return question;
  const auto read = serializers::read_json_parts(body, max_body_members, max_depth);
  if (!read) return wrong_request(read.error().message);
  if (read->is_object) {
    for (const serializers::JsonMember& member : read->members)
      if (member.key != "args" && member.key != "kwargs" && member.key != "options")
        return wrong_request(
            "the body is an array of arguments, or an object of \"args\", \"kwargs\" and \"options\"");
    if (const auto wrong = take_arguments(*read, question)) return wrong_request(*wrong);
  } else if (read->whole.starts_with('[')) {
    set_arguments(question, read->whole, {});
  } else {
    return wrong_request("the body is neither an array nor an object");
  }
  return question;
}

HttpResponse no_stream_now(std::string_view why, uint64_t retry_ms) {
  return {200,
          "text/event-stream",
          ": " + std::string(why) + "\nretry: " + std::to_string(retry_ms) + "\n\n",
          {{"Cache-Control", "no-store"}}};
}

bool wants_stream(const HttpRequest& request) {
  return transport::in_small_letters(std::string(request.header("accept"))).find("text/event-stream") !=
         std::string::npos;
}

std::variant<EventsQuestion, HttpResponse> read_events_request(const HttpRequest& request) {
  const Query query(request.query);
  EventsQuestion question{query.all("topic"), "exact", std::nullopt, wants_stream(request)};
  if (question.topics.empty()) return wrong_request("the query names no topic: expected ?topic=URI");
  if (question.topics.size() > max_topics)
    return wrong_request("the query names more than " + std::to_string(max_topics) + " topics");
  if (const std::string* const match = query.find("match")) question.match = *match;
  if (question.match != "exact" && question.match != "prefix" && question.match != "wildcard")
    return wrong_request("\"match\" is not \"exact\", \"prefix\" or \"wildcard\"");
  for (const std::string& topic : question.topics)
    if (!text::is_utf8(topic) || topic.find('\0') != topic.npos)
      return problem(uri::invalid_uri, "a topic is not a valid URI");
  // A browser that comes back asks for the same path as before, and says in the header what it has seen
  // since.
  const std::string* const named = query.find("last_event_id");
  std::string_view last = request.header("last-event-id");
  if (last.empty() && named) last = *named;
  if (last.empty()) return question;
  uint64_t after = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), after);
  // Another server's, perhaps: nothing is known of it, so it is as one that is forgotten.
  question.after = error == std::errc() && end == last.data() + last.size() ? after : 0;
  return question;
}

}  // namespace router::http
