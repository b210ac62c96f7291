// What a proxy says in front of a connection's first byte: the address of the client it speaks for (HAProxy's
// "The PROXY protocol", versions 1 and 2).
//
// Pure function; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace transport {

// Longer ones are refused; those with the longest addresses have 232 bytes, what follows are extensions.
constexpr size_t max_proxy_header = 4096;

struct ProxyHeader {
  size_t size = 0;     // bytes of it
  std::string client;  // "203.0.113.7:4242", "unix:"; "": the proxy speaks for itself
};
struct ProxyHeaderNeedsMore {};
struct ProxyHeaderError {
  std::string reason;
};

// `bytes` is what has come; behind the header there may be more.
std::variant<ProxyHeader, ProxyHeaderNeedsMore, ProxyHeaderError> read_proxy_header(std::string_view bytes);

}  // namespace transport
