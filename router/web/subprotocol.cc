#include "router/web/subprotocol.h"

#include <algorithm>

namespace router {
namespace {

using serializers::Format;
using transport::Framing;

std::vector<Subprotocol> all_subprotocols() {
  std::vector<Subprotocol> plain, batched;
  for (const Format format : serializers::all_formats) {
    const serializers::FormatNames& called = serializers::names(format);
    const bool text = called.is_text;
    plain.push_back({called.subprotocol, format, text ? Framing::websocket_text : Framing::websocket_binary});
    batched.push_back(
        {called.batched_subprotocol, format, text ? Framing::batched_text : Framing::batched_binary});
  }
  plain.insert(plain.end(), batched.begin(), batched.end());
  return plain;
}

const std::vector<Subprotocol> subprotocols = all_subprotocols();

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
