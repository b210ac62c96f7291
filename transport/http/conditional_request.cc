#include "transport/http/conditional_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace transport {
namespace {

constexpr int ok = 200, partial = 206, not_modified = 304, precondition_failed = 412, no_such_range = 416;

// Whether a list of entity tags has this one. A tag with a W in front, weakened by a proxy, is as good where
// no bytes are put together. No tag has a quote inside.
bool has_tag(std::string_view list, std::string_view etag, bool weak_ones_count) {
  if (list == "*") return true;
  for (size_t at = list.find(etag); at != list.npos; at = list.find(etag, at + 1))
    if (weak_ones_count || at == 0 || list[at - 1] != '/') return true;
  return false;
}

bool is_unchanged_since(std::string_view date, const Validators& validators) {
  const auto since = read_http_date(date);
  return since && validators.modified && *validators.modified <= *since;
}

// Section 13.2.2: which of the conditions counts, and what becomes of it. 200: they are met.
int check_conditions(const HttpRequest& request, const Validators& validators) {
  const std::string_view match = request.header("if-match"), none_match = request.header("if-none-match");
  const std::string_view unmodified = request.header("if-unmodified-since");
  if (!match.empty()) {
    if (!has_tag(match, validators.etag, false)) return precondition_failed;
  } else if (validators.modified && read_http_date(unmodified) &&
             !is_unchanged_since(unmodified, validators)) {
    return precondition_failed;
  }
  const bool has_it = !none_match.empty()
                          ? has_tag(none_match, validators.etag, true)
                          : is_unchanged_since(request.header("if-modified-since"), validators);
  return has_it ? not_modified : ok;
}

// Nothing: it is no number. One that is too large is as good as the largest.
std::optional<size_t> read_number(std::string_view text) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  return error == std::errc() ? number : std::numeric_limits<size_t>::max();
}

// Of "bytes=0-99", "bytes=100-", "bytes=-100". Nothing: the whole file, as the header is malformed, of
// several ranges, or of something else than bytes.
std::optional<Selection> read_range(std::string_view header, size_t size) {
  constexpr std::string_view unit = "bytes=";
  const size_t dash = header.find('-');
  if (!header.starts_with(unit) || dash == header.npos) return std::nullopt;
  const std::string_view first_text = header.substr(unit.size(), dash - unit.size());
  const auto first = read_number(first_text), last = read_number(header.substr(dash + 1));
  const bool is_open = dash + 1 == header.size();
  if (first_text.empty() ? !last : !first || (!last && !is_open) || (last && *last < *first))
    return std::nullopt;
  const size_t from = first ? *first : size - std::min(size, *last);
  if (from >= size) return Selection{no_such_range};
  const size_t to = first && last ? std::min(*last, size - 1) : size - 1;
  return Selection{partial, from, to - from + 1};
}

// The part that it has is of this very file.
bool if_range_holds(std::string_view condition, const Validators& validators) {
  if (condition.empty() || condition == validators.etag) return true;
  return validators.modified && read_http_date(condition) == validators.modified;
}

std::string content_range(const Selection& selection, size_t size) {
  const std::string part =
      std::to_string(selection.first) + "-" + std::to_string(selection.first + selection.size - 1);
  return "bytes " + (selection.status == partial ? part : "*") + "/" + std::to_string(size);
}

}  // namespace

Selection select(const HttpRequest& request, const Validators& validators, size_t size) {
  if (const int status = check_conditions(request, validators); status != ok) return {status};
  const Selection whole{ok, 0, size};
  if (request.method != "GET" || !if_range_holds(request.header("if-range"), validators)) return whole;
  return read_range(request.header("range"), size).value_or(whole);
}

HttpResponse response_to(const Selection& selection, const Validators& validators, size_t size) {
  const int status = selection.status;
  HttpResponse response;
  response.status = status;
  if (status == precondition_failed) response = text_response(status, "it is another one by now");
  if (status == no_such_range)
    response =
        text_response(status, "it has " + std::to_string(size) + " bytes, and none of those asked for");
  if (status == partial || status == no_such_range)
    response.headers.emplace_back("Content-Range", content_range(selection, size));
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.headers.emplace_back("ETag", validators.etag);
  if (validators.modified) response.headers.emplace_back("Last-Modified", http_date(*validators.modified));
  return response;
}

std::string http_date(std::time_t time) {
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::optional<std::time_t> read_http_date(std::string_view text) {
  const std::string date(text);
  for (const char* const form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* const end = ::strptime(date.c_str(), form, &parts);
    if (end && *end == '\0') return ::timegm(&parts);
  }
  return std::nullopt;
}

}  // namespace transport
