#include "transport/http/upgrade.h"

#include <algorithm>
#include <utility>

#include "text/utf8.h"
#include "transport/http/http_text.h"
#include "transport/websocketpp/websocketpp_door.h"

namespace transport {
namespace {

bool asks_to_upgrade(const std::string& connection) {
  const auto tokens = parse_token_list(connection);
  return tokens && std::any_of(tokens->begin(), tokens->end(),
                               [](const std::string& one) { return in_small_letters(one) == "upgrade"; });
}

std::string field_of(const RawResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

// The first line of a body, if it is text for people.
std::string first_line(std::string_view body) {
  constexpr size_t longest = 200;
  const std::string_view line = body.substr(0, std::min(body.find_first_of("\r\n"), longest));
  const bool is_text =
      std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c > 0x7E; });
  return is_text && !line.starts_with('<') ? std::string(line) : "";
}

UpgradeRefusal refusal_of(const RawResponse& response, std::string_view body) {
  std::string why = "the server answers " + std::to_string(response.status);
  if (const std::string phrase = first_line(response.phrase); !phrase.empty()) why += " " + phrase;
  if (const std::string line = first_line(body); !line.empty()) why += ": " + line;
  const bool for_now = response.status == 429 || (response.status >= 500 && response.status < 600);
  return {std::move(why), for_now};
}

}  // namespace

std::string upgrade_bytes(const UpgradeRequest& request) {
  std::string bytes = "GET " + request.target + " HTTP/1.1\r\nHost: " + request.host +
                      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: " +
                      request.key + "\r\n";
  std::string offered;
  for (const std::string& one : request.subprotocols) offered += (offered.empty() ? "" : ", ") + one;
  if (!offered.empty()) bytes += "Sec-WebSocket-Protocol: " + offered + "\r\n";
  for (const auto& [name, value] : request.headers)
    bytes.append(name).append(": ").append(value).append("\r\n");
  return bytes += "\r\n";
}

std::variant<UpgradeAnswer, UpgradeRefusal> read_upgrade_answer(const UpgradeRequest& request,
                                                                std::string_view head,
                                                                std::string_view body) {
  if (!head.starts_with("HTTP/1.")) return UpgradeRefusal{"the server does not answer in HTTP"};
  auto parsed = parse_response_head(head);
  if (const auto* const wrong = std::get_if<std::string>(&parsed))
    return UpgradeRefusal{"a malformed HTTP answer: " + *wrong};
  auto& response = std::get<RawResponse>(parsed);
  if (response.status != 101) return refusal_of(response, body);
  if (in_small_letters(field_of(response, "upgrade")) != "websocket" ||
      !asks_to_upgrade(field_of(response, "connection")))
    return UpgradeRefusal{"the server does not upgrade to a WebSocket"};
  if (field_of(response, "sec-websocket-accept") != accept_key(request.key))
    return UpgradeRefusal{"the server's Sec-WebSocket-Accept is wrong"};
  if (!field_of(response, "sec-websocket-extensions").empty())
    return UpgradeRefusal{"the server wants an extension that was not offered"};
  std::string chosen = field_of(response, "sec-websocket-protocol");
  if (std::find(request.subprotocols.begin(), request.subprotocols.end(), chosen) ==
      request.subprotocols.end())
    return UpgradeRefusal{chosen.empty() ? "the server speaks none of the subprotocols that were offered"
                                         : "the server chose a subprotocol that was not offered"};
  return UpgradeAnswer{std::move(chosen), std::move(response.headers)};
}

}  // namespace transport
