// As whom a request is made: what its WAMP client says to come in.
//
// Any thread.
#pragma once

#include <optional>
#include <string>

#include "router/config/http_paths.h"
#include "transport/http/http.h"

namespace router::http {

struct Credentials {
  std::string realm;
  std::string method = "anonymous";  // or "ticket", "jwt"
  std::string authid = {};
  std::string secret = {};  // the ticket, or the token

  // The same for the same credentials, and nothing can be learned from it; "" for who is anonymous.
  std::string key() const;
  // HELLO, and the AUTHENTICATE that answers the CHALLENGE.
  std::string hello() const;
  std::string authenticate() const;
};

// As "Authorization" says: "Bearer TOKEN", or "Basic" with authid and ticket. None: it must say so, and does
// not.
std::optional<Credentials> credentials_of(const transport::HttpRequest& request, const config::ApiPath& path);

}  // namespace router::http
