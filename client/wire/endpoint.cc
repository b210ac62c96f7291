#include "client/wire/endpoint.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace wire {

namespace {

[[noreturn]] void refuse(const std::string& url, const std::string& why) {
  throw std::invalid_argument("\"" + url + "\" " + why);
}

// Takes `prefix` off the start of `rest`, if it is there.
bool take(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

// What follows the first "/" of a TCP URL, or the ":/" of a Unix domain socket's, is HTTP's.
void set_path(Endpoint& endpoint, const std::string& url, std::string_view path) {
  if (path.empty()) return;
  if (endpoint.protocol == Protocol::rawsocket && path != "/")
    refuse(url, "has a path, which RawSocket has not");
  endpoint.path = path;
}

void set_socket(Endpoint& endpoint, const std::string& url, std::string_view rest) {
  const size_t end = std::min(rest.find(":/"), rest.size());
  endpoint.socket = rest.substr(0, end);
  if (!endpoint.socket.starts_with('/')) refuse(url, "does not name a Unix domain socket by its full path");
  if (endpoint.socket.size() > kMaxSocketPath)
    refuse(url, "has a longer path of a Unix domain socket than the kernel's " +
                    std::to_string(kMaxSocketPath) + " bytes");
  set_path(endpoint, url, rest.substr(std::min(end + 1, rest.size())));
}

uint16_t port_of(const std::string& url, std::string_view digits) {
  uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc() || stop != end || port == 0) refuse(url, "has no valid port");
  return port;
}

// "host", "10.0.0.1" or "[::1]" at the start of `authority`, which it is taken off.
std::string take_host(std::string_view& authority) {
  const bool v6 = authority.starts_with('[');
  const size_t end = v6 ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (end == authority.npos) return {};
  const std::string host(authority.substr(v6 ? 1 : 0, end - (v6 ? 1 : 0)));
  authority.remove_prefix(end + (v6 ? 1 : 0));
  return host;
}

void set_address(Endpoint& endpoint, const std::string& url, std::string_view rest) {
  const size_t path = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, path);
  endpoint.address = {
      .host = take_host(authority), .port = static_cast<uint16_t>(endpoint.tls ? 443 : 80), .found = {}};
  if (endpoint.address.host.empty()) refuse(url, "names no host");
  if (take(authority, ":")) {
    endpoint.address.port = port_of(url, authority);
  } else if (!authority.empty()) {
    refuse(url, "has no valid port");
  } else if (endpoint.protocol == Protocol::rawsocket) {
    refuse(url, "needs a port: RawSocket has no usual one");
  }
  set_path(endpoint, url, rest.substr(path));
}

}  // namespace

Endpoint parse_url(const std::string& url) {
  Endpoint endpoint;
  std::string_view rest = url;
  const bool websocket = take(rest, "ws"), rawsocket = !websocket && take(rest, "rs");
  if (rawsocket) endpoint.protocol = Protocol::rawsocket;
  endpoint.tls = take(rest, "s");
  const bool on_unix = take(rest, "+unix://") || take(rest, "://unix:");
  if ((!websocket && !rawsocket) || (!on_unix && !take(rest, "://")))
    refuse(url, std::string("is no URL of a WAMP server: ").append(kUrlForms));
  if (on_unix && endpoint.tls) refuse(url, "asks for TLS, which is not spoken over Unix domain sockets here");
  if (on_unix) {
    set_socket(endpoint, url, rest);
  } else {
    set_address(endpoint, url, rest);
  }
  return endpoint;
}

Stream connect(const Endpoint& endpoint, const transport::TlsClient* tls) {
  Fd socket = endpoint.socket.empty() ? connect_tcp(endpoint.address) : connect_unix(endpoint.socket);
  auto session = endpoint.tls ? open_tls(*tls, socket, endpoint.address.host) : nullptr;
  return Stream(std::move(socket), std::move(session));
}

}  // namespace wire
