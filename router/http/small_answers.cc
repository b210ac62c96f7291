#include "router/http/small_answers.h"

#include <string>
#include <string_view>
#include <variant>

#include <unistd.h>

#include "router/base/version.h"

namespace router::http {
namespace {

using transport::HttpRequest;
using transport::HttpResponse;

// What a page of Crossbar's tells: what runs, who asks and, if it is configured, as which process.
HttpResponse node_info(const config::NodeInfoPath& path, const HttpRequest& request) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>wampd</title></head><body>\n"
      "<h1>wampd</h1>\n<table>\n";
  const auto row = [&page](std::string_view what, std::string_view value) {
    page.append("<tr><th>").append(what).append("</th><td>").append(value).append("</td></tr>\n");
  };
  row("Version", version);
  if (path.process) row("Process", std::to_string(::getpid()));
  row("Your address", request.peer_address);
  page += "</table>\n</body></html>\n";
  return {200, "text/html; charset=utf-8", std::move(page), {{"Cache-Control", "no-store"}}};
}

HttpResponse json_value(const config::JsonPath& json, const HttpRequest& request) {
  HttpResponse response{200, "application/json; charset=utf-8", json.text, {}};
  // A value for everybody: no cookie and no login is looked at.
  if (json.allow_cross_origin && !request.header("origin").empty())
    response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  if (json.discourage_caching)
    response.headers.emplace_back("Cache-Control", "no-store, no-cache, must-revalidate, max-age=0");
  return response;
}

HttpResponse redirect(const config::RedirectPath& elsewhere) {
  HttpResponse response = transport::text_response(302, "see " + elsewhere.url);
  response.headers.emplace_back("Location", elsewhere.url);
  return response;
}

}  // namespace

std::optional<HttpResponse> small_answer(const config::Path& path, const HttpRequest& request) {
  if (const auto* const json = std::get_if<config::JsonPath>(&path)) return json_value(*json, request);
  if (const auto* const elsewhere = std::get_if<config::RedirectPath>(&path)) return redirect(*elsewhere);
  if (const auto* const info = std::get_if<config::NodeInfoPath>(&path)) return node_info(*info, request);
  return std::nullopt;
}

}  // namespace router::http
