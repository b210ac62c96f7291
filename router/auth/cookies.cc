#include "router/auth/cookies.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "text/base64.h"

namespace router::auth {
namespace {

constexpr size_t signature_size = 16;  // characters, six bits each

// Takes the next "name=value" off a Cookie header (RFC 6265, section 4.2.1).
std::string_view take_pair(std::string_view& header) {
  const size_t end = std::min(header.find(';'), header.size());
  std::string_view pair = header.substr(0, end);
  header.remove_prefix(std::min(end + 1, header.size()));
  while (pair.starts_with(' ')) pair.remove_prefix(1);
  return pair;
}

// Nothing if the pair has another name.
std::optional<std::string_view> value_of(std::string_view pair, std::string_view name) {
  if (!pair.starts_with(name) || pair.size() == name.size() || pair[name.size()] != '=') return std::nullopt;
  return pair.substr(name.size() + 1);
}

}  // namespace

Cookies::Cookies(const config::CookieTracking& rules)
    : rules_(rules), key_(crypto::random_bytes(crypto::sha256_size)) {}

std::string Cookies::signature(std::string_view chance) const {
  return text::to_base64url(crypto::hmac_sha256(key_, "signature " + std::string(chance)))
      .substr(0, signature_size);
}

CookieId Cookies::id_of(std::string_view cookie) const {
  return {crypto::hmac_sha256(key_, "id " + std::string(cookie))};
}

Cookies::Fresh Cookies::issue() const {
  const std::string chance = text::to_base64url(crypto::random_bytes(rules_.length)).substr(0, rules_.length);
  std::string cookie = chance + signature(chance);
  CookieId id = id_of(cookie);
  return {std::move(cookie), std::move(id)};
}

std::optional<CookieId> Cookies::find(std::string_view header) const {
  while (!header.empty()) {
    const auto value = value_of(take_pair(header), rules_.name);
    if (!value || value->size() != rules_.length + signature_size) continue;
    if (crypto::equal_secrets(signature(value->substr(0, rules_.length)), value->substr(rules_.length)))
      return id_of(*value);
  }
  return std::nullopt;
}

std::string Cookies::others(std::string_view header) const {
  std::string kept;
  while (!header.empty()) {
    const std::string_view pair = take_pair(header);
    if (!value_of(pair, rules_.name)) kept.append(kept.empty() ? "" : "; ").append(pair);
  }
  return kept;
}

std::string Cookies::header(const std::string& cookie, bool over_tls) const {
  return rules_.name + "=" + cookie + "; Max-Age=" + std::to_string(rules_.max_age_s) + "; Path=/" +
         (rules_.http_only ? "; HttpOnly" : "") + "; SameSite=" + rules_.same_site +
         (rules_.secure.value_or(over_tls) ? "; Secure" : "");
}

void Cookies::erase(Entries::iterator entry) {
  const auto own = by_person_.find(person(entry->who));
  own->second.erase(entry->among_own);
  if (own->second.empty()) by_person_.erase(own);
  index_.erase(entry->digest);
  entries_.erase(entry);
}

std::optional<Remembered> Cookies::remembered(const CookieId& id, SteadyTime now) {
  const Lock lock(mutex_);
  while (!entries_.empty() && entries_.front().since + std::chrono::seconds(rules_.max_age_s) <= now)
    erase(entries_.begin());
  const auto found = index_.find(id.digest);
  return found == index_.end() ? std::nullopt : std::optional(found->second->who);
}

void Cookies::remember(const CookieId& id, Remembered who, SteadyTime now) {
  const Lock lock(mutex_);
  if (const auto found = index_.find(id.digest); found != index_.end()) erase(found->second);
  if (const auto own = by_person_.find(person(who));
      own != by_person_.end() && own->second.size() >= rules_.max_cookies_per_authid)
    erase(own->second.front());
  if (entries_.size() >= rules_.max_cookies) erase(entries_.begin());
  const auto entry = entries_.insert(entries_.end(), Entry{id.digest, now, std::move(who), {}});
  auto& own = by_person_[person(entry->who)];
  entry->among_own = own.insert(own.end(), entry);
  index_.emplace(id.digest, entry);
}

void Cookies::forget(const CookieId& id) {
  const Lock lock(mutex_);
  if (const auto found = index_.find(id.digest); found != index_.end()) erase(found->second);
}

size_t Cookies::size() {
  const Lock lock(mutex_);
  return entries_.size();
}

}  // namespace router::auth
