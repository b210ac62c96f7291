// What is served on a listener: whoever uses the transport says so.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "transport/connection/connection.h"
#include "transport/framing/framing.h"
#include "transport/http/http.h"
#include "transport/rawsocket/rawsocket.h"

namespace transport {

class Loop;

// Decides what is served on a listener. Called on the thread of the connection's loop; shared by all loops,
// so it must be immutable or thread-safe. Outlives all connections.
class Service {
 public:
  virtual ~Service() = default;
  // For the log, of a client of which no receiver can tell: why it was refused,
  virtual void on_refused(const std::string& /*peer*/, const std::string& /*why*/) {}
  // or what else is to be known of it, as whose proxy it is.
  virtual void remark(const std::string& /*peer*/, const std::string& /*what*/) {}
  // A plain GET or HEAD.
  virtual HttpResponse on_request(const HttpRequest& request) = 0;

  // The loop on which this POST is dealt with: the connection moves there before the body is read.
  virtual Loop& loop_for(Loop& here, const HttpRequest&) { return here; }
  // How long the body may be; nothing: POST and OPTIONS are not served there. On that loop.
  virtual std::optional<size_t> max_body_size(Loop&, const HttpRequest&) { return std::nullopt; }
  // Answered by the waiter, who must be told if the client has gone.
  struct Later {
    HttpWaiter* waiter;
  };
  using Answer = std::variant<HttpResponse, Later>;
  // A POST or OPTIONS with its whole body. On that loop.
  virtual Answer on_post(Loop&, const HttpRequest&, std::span<const char>, HttpExchange&) {
    return text_response(404, "there is nothing here");
  }

  struct Upgrade {
    std::string subprotocol;  // the one chosen of the offered
    Framing framing;
    std::unique_ptr<Receiver> receiver;
    std::vector<std::pair<std::string, std::string>> headers = {};  // of the response to a WebSocket client
  };
  // The handshake of a RawSocket client. Answers with what is to sit on the connection, or with why not.
  virtual std::variant<Upgrade, RawSocketRefusal> on_rawsocket(Loop&, const RawSocketRequest&) {
    return RawSocketRefusal{RawSocketError::not_served, "RawSocket is not served here"};
  }
  // A well-formed WebSocket opening handshake, version 13. `offered` are the subprotocols in the client's
  // order of preference. Answers with what is to sit on the connection, or with the HTTP response that
  // refuses it, and that the service has logged.
  virtual std::variant<Upgrade, HttpResponse> on_upgrade(Loop& loop, const HttpRequest& request,
                                                         const std::vector<std::string>& offered) = 0;
};

}  // namespace transport
