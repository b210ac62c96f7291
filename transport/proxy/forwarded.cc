#include "transport/proxy/forwarded.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace transport {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// All elements of all headers of that name, in order.
std::vector<std::string_view> list_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string_view> all;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    const auto parts = split(value, ',');
    all.insert(all.end(), parts.begin(), parts.end());
  }
  return all;
}

// One proxy's word on where a request came from.
struct Hop {
  std::string_view client;
  std::string_view protocol;
};

bool is_parameter(std::string_view pair, std::string_view name) {
  return pair.size() > name.size() && pair[name.size()] == '=' &&
         std::equal(name.begin(), name.end(), pair.begin(), [](char expected, unsigned char found) {
           return expected == static_cast<char>(std::tolower(found));
         });
}

Hop forwarded_hop(std::string_view element) {
  Hop hop;
  for (const std::string_view pair : split(element, ';')) {
    std::string_view value = pair.substr(std::min(pair.find('=') + 1, pair.size()));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
      value = value.substr(1, value.size() - 2);
    if (is_parameter(pair, "for")) hop.client = value;
    if (is_parameter(pair, "proto")) hop.protocol = value;
  }
  return hop;
}

std::vector<Hop> hops_of(const HttpRequest& request) {
  std::vector<Hop> hops;
  for (const std::string_view element : list_of(request, "forwarded")) hops.push_back(forwarded_hop(element));
  if (!hops.empty()) return hops;
  const auto protocols = list_of(request, "x-forwarded-proto");
  for (const std::string_view client : list_of(request, "x-forwarded-for")) hops.push_back({client, ""});
  if (!hops.empty() && !protocols.empty()) hops.back().protocol = protocols.back();
  return hops;
}

}  // namespace

std::optional<HttpResponse> apply_forwarding(HttpRequest& request, const AddressRanges& trusted) {
  if (!trusted.contains(request.peer_address)) return std::nullopt;
  // The proxy sets one of them, and the other one is the client's own.
  if (!request.header("forwarded").empty() && !request.header("x-forwarded-for").empty())
    return text_response(400, "both Forwarded and X-Forwarded-For: only one of them can be the proxy's");
  const auto hops = hops_of(request);
  if (!hops.empty() && !hops.back().protocol.empty()) request.secure = hops.back().protocol == "https";
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    auto client = normalized_peer(hop->client);
    if (!client) break;
    request.peer_address = std::move(*client);
    if (!trusted.contains(request.peer_address)) break;
  }
  return std::nullopt;
}

}  // namespace transport
