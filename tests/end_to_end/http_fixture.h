// A router with HTTP paths, and a WAMP client of it.
#pragma once

#include <string>

#include "tests/end_to_end/server_fixture.h"
#include "tests/support/raw_client.h"

namespace router {

// Role "web" may do everything below "com." but what begins with "com.secret".
inline config::Config http_config(int workers = 2) {
  config::Config config = test_config(workers);
  config::Role web;
  web.name = "web";
  config::Permission all{.uri = "com.", .match = wamp::MatchPolicy::prefix};
  all.call = all.publish = all.subscribe = true;
  web.permissions = {all, {.uri = "com.secret", .match = wamp::MatchPolicy::prefix}};
  config.realms.front().roles.push_back(web);
  auto& paths = config.transports.front().paths;
  using Kind = config::BridgePath::Kind;
  for (const Kind kind : {Kind::caller, Kind::publisher, Kind::webhook}) {
    config::BridgePath path{.kind = kind, .realm = "realm1", .role = "web"};
    if (kind == Kind::webhook) path.topic = "com.hook";
    paths.emplace("/" + std::string(config::name(kind)), path);
  }
  paths.emplace("/api", config::ApiPath{.realm = "realm1", .role = "web"});
  return config;
}

// The bridge's path of that kind.
inline config::BridgePath& bridge(config::Config& config, const std::string& path) {
  return std::get<config::BridgePath>(config.transports.front().paths.at(path));
}

// One request over a connection of its own.
inline test_support::HttpReply http_request(uint16_t port, const std::string& method, const std::string& path,
                                            const std::string& headers = "", const std::string& body = "") {
  test_support::RawClient client(port);
  const bool has_body = method != "GET" && method != "HEAD";
  client.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
              (has_body ? "Content-Length: " + std::to_string(body.size()) + "\r\n" : "") + "\r\n" + body);
  return client.read_http_reply(method == "HEAD");
}

}  // namespace router
