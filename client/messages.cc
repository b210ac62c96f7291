#include "client/messages.h"

#include <algorithm>
#include <iterator>

#include "serializers/serializer.h"
#include "wamp/error_uris.h"

namespace client {
namespace {

bool is_about_the_login(std::string_view reason) {
  using namespace wamp::error_uri;
  constexpr std::string_view reasons[] = {
      authentication_denied, authentication_failed,   authentication_required,
      authorization_failed,  no_matching_auth_method, no_such_principal,
      no_such_role,          not_authorized};
  return std::find(std::begin(reasons), std::end(reasons), reason) != std::end(reasons);
}

}  // namespace

EndKind kind_of_abort(std::string_view reason, bool joined) {
  if (reason == wamp::error_uri::no_such_realm) return EndKind::no_such_realm;
  return !joined && is_about_the_login(reason) ? EndKind::login_refused : EndKind::aborted;
}

bool End::may_retry() const {
  switch (kind) {
    case EndKind::cannot_connect:
    case EndKind::connection_lost:
    case EndKind::timeout:
      return true;
    case EndKind::goodbye:
      return reason == wamp::close_uri::system_shutdown;
    case EndKind::aborted:
      return reason == wamp::close_uri::system_shutdown || reason == wamp::error_uri::unavailable ||
             reason == wamp::error_uri::too_many_requests;
    case EndKind::upgrade_refused:
      return for_now;
    case EndKind::tls_failed:
    case EndKind::login_refused:
    case EndKind::no_such_realm:
    case EndKind::protocol_error:
    case EndKind::left:
      return false;
  }
  return false;
}

std::string Error::text() const {
  const wamp::List args = payload.args();
  const auto* const first = args.empty() ? nullptr : args.front().get<std::string>();
  return first ? uri + ": " + *first : uri;
}

std::string Traced::to_json() const {
  if (type == wamp::MessageType::authenticate) return R"([5,"...",{}])";
  std::string json;
  serializers::transcode(format, serializers::Format::json, {bytes, 1}, json);
  return json;
}

}  // namespace client
