#include "router/web/subprotocol.h"

#include <algorithm>

namespace router {
namespace {

using serializers::Format;
using transport::Framing;

constexpr Subprotocol subprotocols[] = {
    {"wamp.2.json", Format::json, Framing::websocket_text},
    {"wamp.2.msgpack", Format::msgpack, Framing::websocket_binary},
    {"wamp.2.cbor", Format::cbor, Framing::websocket_binary},
    {"wamp.2.json.batched", Format::json, Framing::batched_text},
    {"wamp.2.msgpack.batched", Format::msgpack, Framing::batched_binary},
    {"wamp.2.cbor.batched", Format::cbor, Framing::batched_binary},
};

}  // namespace

bool has(const std::vector<std::string>& serializers, Format format) {
  return std::find(serializers.begin(), serializers.end(), name(format)) != serializers.end();
}

const Subprotocol* choose_subprotocol(const config::Transport& transport,
                                      const std::vector<std::string>& offered) {
  for (const std::string& offer : offered)
    for (const Subprotocol& subprotocol : subprotocols)
      if (subprotocol.name == offer && has(transport.serializers, subprotocol.format)) return &subprotocol;
  return nullptr;
}

transport::HttpResponse no_subprotocol(const config::Transport& transport,
                                       const std::vector<std::string>& offered) {
  std::string reason = "no acceptable subprotocol: expected one of";
  for (const Subprotocol& subprotocol : subprotocols)
    if (has(transport.serializers, subprotocol.format)) reason.append(" ").append(subprotocol.name);
  reason.append(", offered:");
  for (const std::string& offer : offered) reason.append(" ").append(offer);
  return transport::text_response(400, offered.empty() ? reason + " none" : reason);
}

}  // namespace router
