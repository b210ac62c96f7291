// The opening handshake of a WebSocket, the client's side (RFC 6455, section 4.1).
//
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace transport {

// What a client asks for. None of it may have control characters.
struct UpgradeRequest {
  std::string host;                       // for the Host field
  std::string target = "/";               // path and query
  std::string key;                        // Sec-WebSocket-Key
  std::vector<std::string> subprotocols;  // the best first
  std::vector<std::pair<std::string, std::string>> headers = {};
};
std::string upgrade_bytes(const UpgradeRequest& request);

// A server's consent.
struct UpgradeAnswer {
  std::string subprotocol;                                   // one of those that were asked for
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
};
struct UpgradeRefusal {
  std::string text;      // one clause, for people
  bool for_now = false;  // by 429 or 5xx: another time it may agree
};
// Of the answer's head, up to and including the empty line; or why it is none. `body`: what has come behind
// the head, which tells more if the server refuses.
std::variant<UpgradeAnswer, UpgradeRefusal> read_upgrade_answer(const UpgradeRequest& request,
                                                                std::string_view head, std::string_view body);

}  // namespace transport
