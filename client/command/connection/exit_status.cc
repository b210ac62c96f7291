#include "client/command/connection/exit_status.h"

#include "wamp/error_uris.h"

namespace client::command {

ExitStatus status_of(std::string_view error_uri) {
  if (error_uri == wamp::error_uri::not_authorized || error_uri == wamp::error_uri::authorization_failed)
    return ExitStatus::not_authorized;
  if (error_uri == wamp::error_uri::no_such_procedure || error_uri == wamp::error_uri::no_such_realm ||
      error_uri == wamp::error_uri::no_such_session)
    return ExitStatus::no_such;
  if (error_uri == wamp::error_uri::timeout) return ExitStatus::timeout;
  if (error_uri == error_of_end) return ExitStatus::connection_lost;
  return ExitStatus::application_error;
}

ExitStatus status_of(const End& end) {
  switch (end.kind) {
    case EndKind::cannot_connect:
    case EndKind::tls_failed:
    case EndKind::upgrade_refused:
      return ExitStatus::cannot_connect;
    case EndKind::login_refused:
      return ExitStatus::login_refused;
    case EndKind::no_such_realm:
      return ExitStatus::no_such;
    case EndKind::timeout:
      return ExitStatus::timeout;
    case EndKind::aborted:
      return end.joined ? ExitStatus::connection_lost : ExitStatus::cannot_connect;
    case EndKind::protocol_error:
    case EndKind::goodbye:
    case EndKind::connection_lost:
      return end.joined ? ExitStatus::connection_lost : ExitStatus::cannot_connect;
    case EndKind::left:
      break;
  }
  return ExitStatus::done;
}

}  // namespace client::command
