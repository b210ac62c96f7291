// The head of an HTTP request, and who a proxy says it is from: whatever comes is read or refused with a
// response. And that of the answer to a WebSocket's client, which is read or refused with a reason.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "transport/http/conditional_request.h"
#include "transport/http/request_head.h"
#include "transport/http/upgrade.h"
#include "transport/proxy/forwarded.h"
#include "transport/socket/address.h"
#include "transport/websocket/compression.h"

namespace {

using namespace transport;

void require(bool condition) {
  if (!condition) std::abort();
}

void require_refusal(const HttpResponse& response) {
  require(response.status >= 400 && response.status < 600);
  require(response_bytes(response, false).starts_with("HTTP/1.1 " + std::to_string(response.status)));
}

void read_further(HttpRequest& request) {
  AddressRanges everybody;
  everybody.add("0.0.0.0/0");
  if (const auto refusal = apply_forwarding(request, everybody)) require_refusal(*refusal);
  const auto size = read_body_size(request);
  if (const auto* refusal = std::get_if<HttpResponse>(&size)) require_refusal(*refusal);
  constexpr size_t file_size = 100;
  const Selection selection = select(request, {"\"tag\"", 784111777}, file_size);
  require(selection.first <= file_size && selection.size <= file_size - selection.first);
  if (const auto agreed = agree_on_compression(request.header("sec-websocket-extensions"), {}))
    require(agreed->response.starts_with("permessage-deflate"));
  if (!asks_for_websocket(request)) return;
  const auto handshake = read_handshake(request);
  if (const auto* refusal = std::get_if<HttpResponse>(&handshake)) return require_refusal(*refusal);
  require(std::get<Handshake>(handshake).accept.size() == 28);
}

void read_as_answer(const std::string& head, std::string_view body) {
  const UpgradeRequest request{
      .host = "host", .key = "dGhlIHNhbXBsZSBub25jZQ==", .subprotocols = {"wamp.2.json"}};
  const auto answer = read_upgrade_answer(request, head, body);
  if (const auto* agreed = std::get_if<UpgradeAnswer>(&answer)) require(agreed->subprotocol == "wamp.2.json");
  if (const auto* refusal = std::get_if<UpgradeRefusal>(&answer))
    require(!refusal->text.empty() && refusal->text.size() < 1000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string head(reinterpret_cast<const char*>(bytes), size);
  // What comes here ends at the first empty line.
  const size_t end = head.find("\r\n\r\n");
  const std::string body = end == head.npos ? "" : head.substr(end + 4);
  head = head.substr(0, end) + "\r\n\r\n";
  read_as_answer(head, body);
  auto read = read_request_head(head, "192.0.2.1:1000");
  if (const auto* refusal = std::get_if<HttpResponse>(&read)) {
    require_refusal(*refusal);
    return 0;
  }
  auto& request = std::get<HttpRequest>(read);
  require(request.path.starts_with("/"));
  keeps_alive(request);
  read_further(request);
  return 0;
}
