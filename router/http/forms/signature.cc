#include "router/http/forms/signature.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "crypto/crypto.h"
#include "text/base64.h"
#include "text/hex.h"
#include "transport/http/http_text.h"

namespace router::http {
namespace {

constexpr size_t max_integer = 40;  // characters of seq and nonce
// For how long nonces are remembered where a timestamp may be of any time.
constexpr auto without_a_window = std::chrono::hours(24);

// All of the text is a number of `digits` digits, which is taken from its front.
std::optional<int> take_number(std::string_view& text, size_t digits) {
  int value = 0;
  if (text.size() < digits || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool is_integer_text(std::string_view text) {
  if (text.size() > max_integer) return false;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Denial denied(int status, std::string text) {
  return {status, std::move(text)};
}

Denial is_missing(std::string_view name) {
  return denied(400, "this path takes signed requests only, and this one has no \"" + std::string(name) +
                         "\" in its query");
}

// What need not be there is checked, too.
std::optional<Denial> check_form(const config::BridgePath& path, const transport::Query& query,
                                 WallTime now) {
  if (const std::string* const text = query.find("timestamp")) {
    const auto time = read_timestamp(*text);
    if (!time) return denied(400, "\"timestamp\" is not UTC such as \"2026-11-30T16:59:51.123Z\"");
    const auto off = *time > now ? *time - now : now - *time;
    if (path.timestamp_delta_limit_s > 0 && off > std::chrono::seconds(path.timestamp_delta_limit_s))
      return denied(400,
                    "the request has expired, or a clock is wrong: its \"timestamp\" is off by more than " +
                        std::to_string(path.timestamp_delta_limit_s) + " s");
  }
  for (const char* const name : {"seq", "nonce"})
    if (const std::string* const text = query.find(name); text && !is_integer_text(*text))
      return denied(400, "\"" + std::string(name) + "\" is not an integer");
  return std::nullopt;
}

}  // namespace

std::optional<WallTime> read_timestamp(std::string_view text) {
  const auto year = take_number(text, 4);
  // The clock counts nanoseconds, and so not to every year that has four digits.
  constexpr int first_year = 1970, last_year = 2200;
  if (!year || *year < first_year || *year > last_year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || !take(text, '.')) return std::nullopt;
  const size_t digits = std::min(text.find('Z'), text.size());
  constexpr size_t most_digits = 6;
  if (digits == 0 || digits > most_digits) return std::nullopt;
  auto fraction = take_number(text, digits);
  if (!fraction || text != "Z" || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  for (size_t i = digits; i < most_digits; ++i) *fraction *= 10;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + std::chrono::microseconds(*fraction);
}

std::string signature_of(std::string_view secret, std::string_view key, std::string_view timestamp,
                         std::string_view seq, std::string_view nonce, std::string_view body) {
  std::string all;
  for (const std::string_view part : {key, timestamp, seq, nonce, body}) all.append(part);
  std::string text = text::to_base64(crypto::hmac_sha256(secret, all));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<Denial> check_signed_query(const config::BridgePath& path, const transport::Query& query,
                                         WallTime now) {
  const bool must = !path.secret.empty();
  for (const char* const name : {"key", "timestamp", "seq", "nonce", "signature"})
    if (must && !query.find(name)) return is_missing(name);
  if (auto denial = check_form(path, query, now)) return denial;
  if (must && !crypto::equal_secrets(*query.find("key"), path.key))
    return denied(401, "the \"key\" of the signed request is not known");
  return std::nullopt;
}

std::optional<Denial> check_signature(const config::BridgePath& path, const transport::Query& query,
                                      std::string_view body, WallTime now) {
  if (auto denial = check_signed_query(path, query, now)) return denial;
  if (path.secret.empty()) return std::nullopt;
  const std::string expected = signature_of(path.secret, *query.find("key"), *query.find("timestamp"),
                                            *query.find("seq"), *query.find("nonce"), body);
  if (!crypto::equal_secrets(*query.find("signature"), expected))
    return denied(401, "the \"signature\" of the request is not valid");
  return std::nullopt;
}

std::optional<Once> once_of(const config::BridgePath& path, const transport::Query& query, WallTime now) {
  if (path.secret.empty()) return std::nullopt;
  const bool has_window = path.timestamp_delta_limit_s > 0;
  const WallTime until = has_window ? *read_timestamp(*query.find("timestamp")) +
                                          std::chrono::seconds(path.timestamp_delta_limit_s)
                                    : now + without_a_window;
  return Once{*query.find("signature"), *query.find("nonce"), until};
}

bool may_be_signed_by_github(const transport::HttpRequest& request) {
  return !request.header("x-hub-signature-256").empty() || !request.header("x-hub-signature").empty();
}

bool is_signed_by_github(const transport::HttpRequest& request, std::string_view secret,
                         std::string_view body) {
  if (const std::string_view sha256 = request.header("x-hub-signature-256"); !sha256.empty())
    return crypto::equal_secrets(transport::in_small_letters(std::string(sha256)),
                                 "sha256=" + text::to_hex(crypto::hmac_sha256(secret, body)));
  return crypto::equal_secrets(transport::in_small_letters(std::string(request.header("x-hub-signature"))),
                               "sha1=" + text::to_hex(crypto::hmac_sha1(secret, body)));
}

}  // namespace router::http
