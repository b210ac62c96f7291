// The URLs at which clients find what a transport serves, for people and programs. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "router/config/config.h"

namespace router::config {

// "websocket" "ws://127.0.0.1:8080/ws", "rawsocket" "rs://127.0.0.1:8080", "static" "http://127.0.0.1:8080/".
// Of a Unix domain socket: "ws+unix:///run/wampd.sock:/ws", "rs+unix:///run/wampd.sock",
// "http+unix:///run/wampd.sock:/".
struct ServedUrl {
  std::string type;  // of the path, as a configuration names it, or "rawsocket"
  std::string path;  // "/ws"; empty for RawSocket
  std::string url;
};

// `port`: that it listens on. In the place of an address that stands for all of the machine's is the loopback
// one. Paths that serve nothing are not among them. WAMP comes first, the page next.
std::vector<ServedUrl> served_urls(const Transport& transport, uint16_t port);

}  // namespace router::config
