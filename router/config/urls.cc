#include "router/config/urls.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace router::config {
namespace {

std::string host_of(const std::string& interface) {
  if (interface == "0.0.0.0") return "127.0.0.1";
  if (interface == "::") return "[::1]";
  return interface.find(':') == interface.npos ? interface : "[" + interface + "]";
}

// "ws" and "/ws" to the whole.
std::string url(std::string scheme, const Transport& transport, uint16_t port, const std::string& path) {
  if (!transport.socket_path.empty())
    return scheme + "+unix://" + transport.socket_path + (path.empty() ? "" : ":" + path);
  if (transport.tls) scheme += "s";
  return scheme + "://" + host_of(transport.interface) + ":" + std::to_string(port) + path;
}

int rank(std::string_view type) {
  constexpr std::array<std::string_view, 4> first{"websocket", "rawsocket", "longpoll", "static"};
  return static_cast<int>(std::find(first.begin(), first.end(), type) - first.begin());
}

}  // namespace

std::vector<ServedUrl> served_urls(const Transport& transport, uint16_t port) {
  std::vector<ServedUrl> urls;
  if (!transport.rawsocket_serializers.empty())
    urls.push_back({"rawsocket", "", url("rs", transport, port, "")});
  for (const auto& [path, served] : transport.paths) {
    if (std::holds_alternative<NothingPath>(served)) continue;
    const std::string type(name(served));
    urls.push_back({type, path, url(type == "websocket" ? "ws" : "http", transport, port, path)});
  }
  std::stable_sort(urls.begin(), urls.end(),
                   [](const ServedUrl& a, const ServedUrl& b) { return rank(a.type) < rank(b.type); });
  return urls;
}

}  // namespace router::config
