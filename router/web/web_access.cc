#include "router/web/web_access.h"

#include <algorithm>

#include "transport/http/http_text.h"
#include "transport/socket/address.h"

namespace router {
namespace {

bool glob_matches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](const std::string& pattern) { return glob_matches(pattern, text); });
}

bool is_loopback_address(std::string_view address) {
  static const transport::AddressRanges loopback = [] {
    transport::AddressRanges ranges;
    ranges.add("127.0.0.0/8");
    ranges.add("::1");
    return ranges;
  }();
  return loopback.contains(address);
}

// What is below "localhost" is never anybody else's (RFC 6761, section 6.3).
bool is_loopback_name(std::string_view name) {
  // Of what is no address, like "127.0.0.1:8080@elsewhere", its beginning might be taken for one.
  const bool is_whole = name.starts_with('[') ? name.ends_with(']') : name.find_first_of("]:") == name.npos;
  const bool is_address = is_whole && is_loopback_address(name);
  return name == "localhost" || name.ends_with(".localhost") || is_address;
}

// Where the port begins, with its colon.
size_t end_of_name(std::string_view host) {
  const size_t colon = host.rfind(':');
  const bool has_port = colon != host.npos && host.find_first_not_of("0123456789", colon + 1) == host.npos &&
                        host.find(']', colon) == host.npos;
  return has_port ? colon : host.size();
}

std::string_view port_in_host(std::string_view host) {
  const size_t colon = end_of_name(host);
  return colon < host.size() ? host.substr(colon + 1) : std::string_view();
}

std::string_view usual_port(std::string_view scheme) {
  return scheme == "https" ? "443" : scheme == "http" ? "80" : "";
}

bool is_same_host(std::string_view origin, std::string_view host) {
  const size_t scheme_end = origin.find("://");
  if (scheme_end == origin.npos) return false;
  const std::string_view page = origin.substr(scheme_end + 3);
  const std::string name = name_in_host(page);
  if (name.empty() || name != name_in_host(host)) return false;
  const std::string_view asked = port_in_host(host), own = port_in_host(page);
  return asked.empty() || asked == (own.empty() ? usual_port(origin.substr(0, scheme_end)) : own);
}

}  // namespace

bool origin_allowed(std::string_view origin, std::string_view host,
                    const std::vector<std::string>& patterns) {
  if (origin.empty()) return true;
  return patterns.empty() ? is_same_host(origin, host) : any_matches(patterns, origin);
}

bool origin_named(std::string_view origin, std::string_view host, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return is_same_host(origin, host);
  return std::any_of(patterns.begin(), patterns.end(), [origin](const std::string& pattern) {
    // One that lets any host in names none.
    const size_t scheme = pattern.find("://");
    const size_t begin = scheme == pattern.npos ? std::min(pattern.find('*'), pattern.size()) : scheme + 3;
    const std::string_view its_host = std::string_view(pattern).substr(begin);
    return its_host.find_first_not_of("*.:") != its_host.npos && glob_matches(pattern, origin);
  });
}

std::string name_in_host(std::string_view host) {
  std::string name(host.substr(0, end_of_name(host)));
  if (name.ends_with('.')) name.pop_back();
  return transport::in_small_letters(std::move(name));
}

bool host_allowed(std::string_view host, std::string_view peer, const std::vector<std::string>& names) {
  if (host.empty()) return true;
  const bool over_loopback = is_loopback_address(peer);
  if (names.empty() && !over_loopback) return true;
  const std::string name = name_in_host(host);
  return any_matches(names, name) || (over_loopback && is_loopback_name(name));
}

}  // namespace router
