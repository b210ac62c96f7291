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
#include "transport/http/request_head.h"
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
  // A plain GET or HEAD, unless is_exchange().
  virtual HttpResponse on_request(const HttpRequest& request) = 0;

  // A GET that is dealt with as a POST without a body is: on_post() answers it, perhaps later.
  virtual bool is_exchange(const HttpRequest&) { return false; }
  // The loop on which this POST is dealt with: the connection moves there before the body is read.
  virtual Loop& loop_for(Loop& here, const HttpRequest&) { return here; }
  // Any other method than GET and HEAD, before the body is read, which has that many bytes: why it is not.
  // On that loop.
  virtual std::optional<HttpResponse> refuse_body(Loop&, const HttpRequest& request, size_t /*body_size*/) {
    return method_not_allowed(request, "GET, HEAD");
  }
  // Answered by the waiter, who must be told if the client has gone.
  struct Later {
    HttpWaiter* waiter;
  };
  struct Upgrade {
    std::string subprotocol;  // the one chosen of the offered
    Framing framing;
    std::unique_ptr<Receiver> receiver;
    std::vector<std::pair<std::string, std::string>> headers = {};  // of the response to a WebSocket client
  };
  // Upgrade: who sits on the connection from now on sends the response itself, head included, with
  // Framing::response; its end is that of the connection.
  using Answer = std::variant<HttpResponse, Later, Upgrade>;
  // A request that was not refused, with its whole body. On that loop.
  virtual Answer on_post(Loop&, const HttpRequest&, std::span<const char>, HttpExchange&) {
    return text_response(404, "there is nothing here");
  }

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
