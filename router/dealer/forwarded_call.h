// A call that another node sends to callees here, as the link to that node asks for it (router/link/).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "router/access/grant.h"
#include "router/dealer/call_options.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::dealer {

// Who calls, a session of the other node.
struct ForwardedCaller {
  wamp::SessionId session;
  std::string authid, authrole;
  bool takes_passthru = false;  // it knows payload passthru mode
};

struct ForwardedCall {
  wamp::RequestId request;
  std::string_view registered;  // the registration's URI, and its policy
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  std::string_view procedure;  // that is called
  CallOptions options;
  Grant grant;  // what the other node has found: rules are checked where the caller is
  std::shared_ptr<const ForwardedCaller> caller;
};

}  // namespace router::dealer
