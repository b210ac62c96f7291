#include "client/wire/upgrade.h"

#include <stdexcept>

#include "transport/http/request_head.h"
#include "transport/http/upgrade.h"

namespace wire {

namespace {

// RFC 6455's own sample: any key will do, and with a constant one the answer is known as well.
transport::UpgradeRequest asked(std::string_view host, std::string_view path, std::string_view subprotocol) {
  return {.host = std::string(host),
          .target = std::string(path),
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .subprotocols = {std::string(subprotocol)}};
}

}  // namespace

size_t header_end(std::string_view bytes) {
  const size_t at = bytes.find("\r\n\r\n");
  if (at != std::string_view::npos) return at + 4;
  if (bytes.size() > 8192) throw std::runtime_error("an HTTP header of more than 8 KiB");
  return 0;
}

std::string client_request(std::string_view host, std::string_view path, std::string_view subprotocol) {
  return transport::upgrade_bytes(asked(host, path, subprotocol));
}

std::optional<std::string> refusal(std::string_view response, std::string_view subprotocol) {
  const auto answer = transport::read_upgrade_answer(asked({}, {}, subprotocol), response, {});
  const auto* const refusal = std::get_if<transport::UpgradeRefusal>(&answer);
  return refusal ? std::optional(refusal->text) : std::nullopt;
}

UpgradeRequest parse_request(std::string_view header) {
  const auto request = transport::read_request_head(header, {});
  const auto* const parsed = std::get_if<transport::HttpRequest>(&request);
  if (parsed == nullptr || !transport::asks_for_websocket(*parsed))
    throw std::runtime_error("not the request of a WebSocket client");
  const auto handshake = transport::read_handshake(*parsed);
  const auto* const accepted = std::get_if<transport::Handshake>(&handshake);
  if (accepted == nullptr) throw std::runtime_error("a WebSocket handshake that is malformed");
  const std::string target = parsed->query.empty() ? parsed->path : parsed->path + "?" + parsed->query;
  return {target, accepted->accept, accepted->offered.empty() ? "" : accepted->offered.front()};
}

std::string server_response(const UpgradeRequest& request) {
  return transport::switching_protocols({request.accept, {}}, request.subprotocol);
}

}  // namespace wire
