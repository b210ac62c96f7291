#include "router/web/embedded_page.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "crypto/crypto.h"
#include "router/web/embedded_web.h"
#include "serializers/json/json_writer.h"
#include "text/hex.h"
#include "transport/http/conditional_request.h"
#include "wamp/value.h"

namespace router {
namespace {

using transport::HttpRequest;
using transport::HttpResponse;

// The page's own scripts and styles, and this server; in nobody's frame, where its buttons could be clicked
// unseen.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// Of each form of each file; they never change.
struct Etags {
  std::string content, zipped;
};

std::string etag(std::string_view content) {
  constexpr size_t digits = 16;
  return '"' + text::to_hex(crypto::sha256(content)).substr(0, digits) + '"';
}

// By the file's place in embedded_web().
const std::vector<Etags>& embedded_etags() {
  static const std::vector<Etags> etags = [] {
    std::vector<Etags> made;
    for (const EmbeddedFile& file : embedded_web()) made.push_back({etag(file.content), etag(file.zipped)});
    return made;
  }();
  return etags;
}

// Browsers say "gzip, deflate, br"; who writes weights is given what is not compressed, which all can read.
bool takes_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const size_t end = std::min(accepted.find(','), accepted.size());
    const size_t begin = std::min(accepted.find_first_not_of(' '), end);
    if (accepted.substr(begin, end - begin) == "gzip") return true;
    accepted.remove_prefix(std::min(end + 1, accepted.size()));
  }
  return false;
}

HttpResponse embedded_file(const HttpRequest& request, const PagePlace& place) {
  const std::string wanted = place.rest.empty() ? "/index.html" : "/" + std::string(place.rest);
  const auto all = embedded_web();
  const auto file = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.path == wanted; });
  if (file == all.end()) return transport::text_response(404, "there is nothing here");
  const bool is_zipped = takes_gzip(request.header("accept-encoding"));
  const std::string_view content = is_zipped ? file->zipped : file->content;
  const Etags& etags = embedded_etags()[static_cast<size_t>(file - all.begin())];
  const transport::Validators validators{is_zipped ? etags.zipped : etags.content};
  const auto selection = transport::select(request, validators, content.size());
  HttpResponse response = transport::response_to(selection, validators, content.size());
  if (response.status >= 400) return response;
  response.content_type = file->content_type;
  response.body = content.substr(selection.first, selection.size);
  response.headers.emplace_back("Cache-Control", transport::cache_control(place.cache_timeout_s));
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (is_zipped) response.headers.emplace_back("Content-Encoding", "gzip");
  if (file->content_type.starts_with("text/html"))
    response.headers.emplace_back("Content-Security-Policy", page_policy);
  return response;
}

// The page's files are found beside "status/", not beside "status".
HttpResponse to_folder(std::string_view name) {
  HttpResponse response = transport::text_response(302, "the page is in the folder of this name");
  response.headers.emplace_back("Location", "./" + std::string(name.substr(name.rfind('/') + 1)) + "/");
  return response;
}

// "../ws" of "/ws" for a page in "/console": relative, as a proxy may serve both below a path of its own.
std::string seen_from(std::string_view page, std::string_view path) {
  std::string seen;
  for (size_t i = 1; i < page.size(); ++i)
    if (page[i] == '/' || i + 1 == page.size()) seen += "../";
  return seen + std::string(path.substr(1));
}

template <class Kind>
wamp::List neighbours(const config::Transport& transport, std::string_view page) {
  wamp::List paths;
  for (const auto& [path, what] : transport.paths)
    if (std::holds_alternative<Kind>(what)) paths.emplace_back(seen_from(page, path));
  return paths;
}

// The role of whoever comes without a login; empty: nobody may, or an authenticator decides.
std::string role_of_everybody(const config::Transport& transport) {
  const auto anonymous = transport.auth.find("anonymous");
  if (anonymous == transport.auth.end()) return "";
  const auto found = anonymous->second.principals.find("");
  return found == anonymous->second.principals.end() ? "" : found->second.role;
}

wamp::List realms_for_everybody(const Entrance& entrance) {
  wamp::List names;
  const std::string role = role_of_everybody(entrance.transport);
  if (role.empty()) return names;
  for (const auto& realm : entrance.realms.listed().configured)
    if (entrance.leads_to(realm->name()) && !entrance.realms.lacks_role(realm->name(), role))
      names.emplace_back(realm->name());
  return names;
}

HttpResponse facts_for_page(const Entrance& entrance, std::string_view page) {
  const config::Transport& transport = entrance.transport;
  const bool speaks_json = std::find(transport.serializers.begin(), transport.serializers.end(), "json") !=
                           transport.serializers.end();
  wamp::List methods;
  for (const auto& [name, method] : transport.auth) methods.emplace_back(name);
  const wamp::Dict told{
      {"websocket", speaks_json ? neighbours<config::WebSocketPath>(transport, page) : wamp::List()},
      {"api", neighbours<config::ApiPath>(transport, page)},
      {"auth", std::move(methods)},
      {"realms", realms_for_everybody(entrance)}};
  return {200,
          "application/json",
          serializers::json_text(wamp::Value(told)) + "\n",
          {{"Cache-Control", "no-store"}}};
}

}  // namespace

HttpResponse embedded_page(const Entrance& entrance, const HttpRequest& request, const PagePlace& place) {
  if (place.rest.empty() && !request.path.ends_with('/')) return to_folder(place.name);
  if (place.rest == "connection.json") return facts_for_page(entrance, place.name);
  return embedded_file(request, place);
}

}  // namespace router
