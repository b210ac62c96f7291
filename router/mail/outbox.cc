#include "router/mail/outbox.h"

namespace router {

void Outbox::refuse(const SessionRef& to, wamp::MessageType request_type, wamp::RequestId request,
                    std::string_view error_uri, std::string_view text) {
  wamp::Error error;
  error.request_type = request_type;
  error.request = request;
  error.error = error_uri;
  send(to, std::move(error), make_payload({{wamp::Value(text)}, {}}));
}

}  // namespace router
