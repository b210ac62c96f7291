// Whether a browser's page may ask this server: whose page it is, and by which name it asks.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace router {

// Whether a browser page of that Origin may connect. No Origin: not a browser, so yes. Without patterns the
// page must come from the same host and port as `host`, the request's Host; a Host without a port, as proxies
// make them, is that of any. A pattern may contain '*'.
bool origin_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& patterns);
// Whether it is allowed for another reason than that every page is ("*"): only such a page may ask with what
// the browser knows of its user, as cookies are.
bool origin_named(std::string_view origin, std::string_view host, const std::vector<std::string>& patterns);

// Whether the server is asked by a name of its own: against pages whose name somebody lets resolve to an
// address of this machine or network ("DNS rebinding"). `host`: the request's Host; none is no browser's, so
// it is allowed. `peer`: the client's address. `names`: those that are configured, which may contain '*';
// none: who comes from elsewhere may use any. Over the loopback address its own names are allowed too.
bool host_allowed(std::string_view host, std::string_view peer, const std::vector<std::string>& names);

// The name in a request's Host, without the port, as it is compared: "localhost", "[::1]".
std::string name_in_host(std::string_view host);

}  // namespace router
