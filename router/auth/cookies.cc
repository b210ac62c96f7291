#include "router/auth/cookies.h"

#include <algorithm>

#include "router/crypto/crypto.h"

namespace router::auth {
namespace {

// The values that the header has for that name, one after the other (RFC 6265, section 4.2.1).
std::optional<std::string_view> next_value(std::string_view& header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> Cookies::find(std::string_view header, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  while (!entries_.empty() && entries_.front().made + std::chrono::seconds(rules_.max_age_s) <= now) {
    index_.erase(entries_.front().cookie);
    entries_.pop_front();
  }
  while (const auto value = next_value(header, rules_.name))
    if (index_.contains(std::string(*value))) return std::string(*value);
  return std::nullopt;
}

std::string Cookies::add(SteadyTime now) {
  const std::string cookie =
      crypto::to_base64url(crypto::random_bytes(rules_.length)).substr(0, rules_.length);
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= rules_.max_cookies) {
    index_.erase(entries_.front().cookie);
    entries_.pop_front();
  }
  index_[cookie] = entries_.insert(entries_.end(), {cookie, now, std::nullopt});
  return cookie;
}

std::string Cookies::header(const std::string& cookie, bool secure) const {
  return rules_.name + "=" + cookie + "; Max-Age=" + std::to_string(rules_.max_age_s) +
         "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "");
}

std::optional<Remembered> Cookies::remembered(const std::string& cookie) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(cookie);
  return found == index_.end() ? std::nullopt : found->second->who;
}

void Cookies::remember(const std::string& cookie, Remembered who) {
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(cookie); found != index_.end()) found->second->who = std::move(who);
}

void Cookies::forget(const std::string& cookie) {
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(cookie); found != index_.end()) found->second->who.reset();
}

size_t Cookies::size() {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace router::auth
