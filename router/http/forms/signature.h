// Signed requests, as Crossbar's HTTP bridge has them: key, timestamp, seq, nonce and signature in the query;
// and webhooks that GitHub has signed.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "router/base/clock.h"
#include "router/config/http_paths.h"
#include "router/http/forms/nonces.h"
#include "transport/http/http.h"
#include "transport/http/query.h"

namespace router::http {

// Why a request is refused.
struct Denial {
  int status = 400;
  std::string text;
};

// The text of a time such as "2026-11-30T18:05:03.123Z"; none: it is another one.
std::optional<WallTime> read_timestamp(std::string_view text);

// What the signature must be: base64url, with its padding.
std::string signature_of(std::string_view secret, std::string_view key, std::string_view timestamp,
                         std::string_view seq, std::string_view nonce, std::string_view body);

// What can be wrong with a signed request whatever its body is: its key, its time, something that is not
// there. For a path without a secret, too, what is there must be well-formed.
std::optional<Denial> check_signed_query(const config::BridgePath& path, const transport::Query& query,
                                         WallTime now);
// All of it. Not whether it was used before.
std::optional<Denial> check_signature(const config::BridgePath& path, const transport::Query& query,
                                      std::string_view body, WallTime now);
// What is to be remembered of a request that check_signature() has found right; none: nothing is signed
// there.
std::optional<Once> once_of(const config::BridgePath& path, const transport::Query& query, WallTime now);

// It has one of the headers that is_signed_by_github() looks at.
bool may_be_signed_by_github(const transport::HttpRequest& request);
// "X-Hub-Signature-256" or, if there is none, "X-Hub-Signature".
bool is_signed_by_github(const transport::HttpRequest& request, std::string_view secret,
                         std::string_view body);

}  // namespace router::http
