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

// Of a POST whose body, of that many bytes, is yet to come.
inline std::string http_head(const std::string& path, size_t body_size, const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body_size) +
         "\r\n" + headers + "\r\n";
}
// What comes of it: what refuses it, or "go on" as status 100.
inline test_support::HttpReply answer_to_head(uint16_t port, const std::string& path, size_t body_size,
                                              const std::string& headers = "") {
  test_support::RawClient client(port);
  client.send(http_head(path, body_size, "Expect: 100-continue\r\n" + headers));
  return client.read_http_reply(true);
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
