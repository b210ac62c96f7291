#include "tests/end_to_end/wamp_client.h"

#include <stdexcept>

#include "tests/support/json_wire.h"

namespace router {

using serializers::Format;

WampClient::WampClient(uint16_t port, Format format, const std::string& path) : format_(format), raw_(port) {
  const auto reply = raw_.handshake(path, "wamp.2." + std::string(name(format)));
  if (reply.status != 101) throw std::runtime_error("handshake refused: " + reply.body);
}

void WampClient::says(const std::string& json) {
  const std::string bytes = test_support::converted(Format::json, format_, json);
  raw_.send_frame(format_ == Format::json ? test_support::opcode::text : test_support::opcode::binary, bytes);
}

std::string WampClient::hears() {
  return test_support::converted(format_, Format::json, raw_.read_message());
}

std::string WampClient::joins(const std::string& realm) {
  says("[1,\"" + realm + R"(",{"roles":{"caller":{},"callee":{"features":{"call_canceling":true}},)" +
       R"("publisher":{},"subscriber":{}}}])");
  const std::string welcome = hears();
  if (!welcome.starts_with("[2,")) throw std::runtime_error("not welcome: " + welcome);
  return welcome.substr(3, welcome.find(',', 3) - 3);
}

}  // namespace router
