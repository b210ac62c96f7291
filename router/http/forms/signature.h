// Signed requests, as Crossbar's HTTP bridge has them: key, timestamp, seq, nonce and signature in the query;
// and webhooks that GitHub has signed.
//
// Pure but for the table of nonces; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "router/base/clock.h"
#include "router/config/http_paths.h"
#include "router/http/forms/nonces.h"
#include "router/http/forms/query.h"
#include "transport/http/http.h"

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

// `path_name`: nonces are this path's.
std::optional<Denial> check_signature(const config::BridgePath& path, std::string_view path_name,
                                      const Query& query, std::string_view body, WallTime now,
                                      Nonces& nonces);

// "X-Hub-Signature-256" or, if there is none, "X-Hub-Signature".
bool is_signed_by_github(const transport::HttpRequest& request, std::string_view secret,
                         std::string_view body);

}  // namespace router::http
