// What plain HTTP needs: a parsed request and a response.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/tls/client_certificate.h"

namespace transport {

// A request's head. Views are valid during the call that gets them.
struct HttpRequest {
  std::string method;
  std::string version;  // "HTTP/1.1", "HTTP/1.0"
  std::string path;     // percent-decoded, without the query, always begins with '/'
  std::string query;
  // Names in lower case; those that came more than once are one, with commas between their values.
  std::vector<std::pair<std::string, std::string>> headers;
  // The same as they came, in their order; empty: each came once.
  std::vector<std::pair<std::string, std::string>> header_lines = {};
  std::string peer_address;  // as of Connection::peer_address()
  bool secure = false;       // it came over TLS, to here or to a trusted proxy
  std::shared_ptr<const ClientCertificate> client_certificate = {};  // null without one

  // The header of that (lower-case) name, or "".
  std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

class ListenerCounts;

// A request that is answered later. Given to a Service with a POST; on the thread of the connection's loop.
class HttpExchange {
 public:
  // Once. Not inside the call that gave the exchange. The client's connection ends if there is no memory.
  virtual void answer(HttpResponse response) = 0;
  // To be in the response, whoever makes it.
  virtual void add_header(std::string name, std::string value) = 0;
  // Of the listener that the request has come to.
  virtual ListenerCounts& counts() = 0;

 protected:
  ~HttpExchange() = default;
};

// Who has an exchange to answer.
class HttpWaiter {
 public:
  // The client has gone before it was answered: the exchange is no more.
  virtual void on_gone(HttpExchange& exchange) = 0;

 protected:
  ~HttpWaiter() = default;
};

// A response whose body is a short reason in plain text, ending in a newline.
HttpResponse text_response(int status, std::string_view reason);
// That reason again.
std::string reason_of(const HttpResponse& response);

}  // namespace transport
