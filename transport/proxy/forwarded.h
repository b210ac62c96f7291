// For whom a web proxy sends a request: X-Forwarded-For and X-Forwarded-Proto, or Forwarded (RFC 7239).
//
// Pure function; any thread.
#pragma once

#include <optional>

#include "transport/http/http.h"
#include "transport/socket/address.h"

namespace transport {

// If the request comes from a trusted proxy: sets the client's address, the last of the named ones that is
// not a trusted proxy's, and whether it came over TLS. Returns the refusal of a request that tells two
// things.
std::optional<HttpResponse> apply_forwarding(HttpRequest& request, const AddressRanges& trusted);

}  // namespace transport
