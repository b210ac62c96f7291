// What of a file a request wants that may have the file, or a part of it, already (RFC 9110, sections 13 and
// 14).
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "transport/http/http.h"

namespace transport {

// By what a client knows whether the file that it has is still the same.
struct Validators {
  std::string etag;                          // with its quotes; strong: other bytes, another one
  std::optional<std::time_t> modified = {};  // none: nobody knows
};

struct Selection {
  int status = 200;  // 200, 206 (a part), 304 (it has it), 412 (it wants another one), 416 (no such part)
  size_t first = 0, size = 0;  // of the bytes to be sent
};
// `size`: of the whole file. Several parts at once are answered with the whole, as they may be.
Selection select(const HttpRequest& request, const Validators& validators, size_t size);

// With all headers that the selection needs, and with no body yet unless it is an error's.
HttpResponse response_to(const Selection& selection, const Validators& validators, size_t size);

// "Sun, 06 Nov 1994 08:49:37 GMT". Two older forms are understood, too.
std::string http_date(std::time_t time);
std::optional<std::time_t> read_http_date(std::string_view text);

}  // namespace transport
