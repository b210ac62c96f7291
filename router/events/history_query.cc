#include "router/events/history_query.h"

#include <algorithm>
#include <utility>

#include "wamp/attributes.h"

namespace router::broker {
namespace {

// Reads what wamp::Attributes has no words for. Keeps the first error.
class FilterReader {
 public:
  FilterReader(const wamp::Dict& filters, std::string_view where)
      : filters_(filters), where_(where), attributes_(filters, where) {}

  wamp::Attributes& attributes() { return attributes_; }

  std::optional<uint64_t> positive(std::string_view key) {
    const wamp::Value* value = filters_.find(key);
    if (!value || value->is_null()) return std::nullopt;
    const auto number = wamp::as_id(*value);
    if (!number || *number == 0) fail(key, "a positive integer", number || wamp::is_integer(*value));
    return number;
  }
  std::optional<wamp::PublicationId> publication(std::string_view key) {
    const auto id = positive(key);
    return id ? std::optional(wamp::PublicationId(*id)) : std::nullopt;
  }
  std::optional<Timestamp> time(std::string_view key) {
    const auto text = attributes_.string(key);
    if (!text) return std::nullopt;
    const auto time = from_rfc3339(*text);
    if (!time) fail(key, "a time as RFC 3339 writes it, \"2026-11-22T18:15:02.123Z\" for example", true);
    return time;
  }
  const std::optional<wamp::ProtocolError>& error() const {
    return attributes_.error() ? attributes_.error() : error_;
  }

 private:
  void fail(std::string_view key, std::string_view expected, bool has_right_type) {
    if (!error_)
      error_ = wamp::ProtocolError{
          std::string(where_) + "." + std::string(key) + ": expected " + std::string(expected),
          has_right_type};
  }

  const wamp::Dict& filters_;
  const std::string_view where_;
  wamp::Attributes attributes_;
  std::optional<wamp::ProtocolError> error_;
};

bool passes(const StoredEvent& event, const HistoryQuery& query) {
  return !(query.from_time && event.time < *query.from_time) &&
         !(query.after_time && event.time <= *query.after_time) &&
         !(query.before_time && event.time >= *query.before_time) &&
         !(query.until_time && event.time > *query.until_time) &&
         !(query.topic && event.topic != *query.topic);
}

bool admits(const StoredEvent& event, const Member& receiver, bool also_own) {
  if (!also_own) return event.admits(receiver);
  return !event.filter ||
         event.filter->admits(receiver.ref.session, *receiver.identity, receiver.extra.get());
}

// The numbers from `begin` up to, not including, `end`.
struct Range {
  uint64_t begin, end;
};

// Nothing if a publication that the query names is not in the history.
std::optional<Range> range_of(const EventHistory& history, const HistoryQuery& query) {
  Range range{history.begin(), history.end()};
  bool known = true;
  const auto bound = [&](const std::optional<wamp::PublicationId>& publication, auto narrow) {
    if (!publication) return;
    const auto number = history.find(*publication);
    if (number)
      narrow(*number);
    else
      known = false;
  };
  bound(query.from_publication, [&range](uint64_t n) { range.begin = std::max(range.begin, n); });
  bound(query.after_publication, [&range](uint64_t n) { range.begin = std::max(range.begin, n + 1); });
  bound(query.before_publication, [&range](uint64_t n) { range.end = std::min(range.end, n); });
  bound(query.until_publication, [&range](uint64_t n) { range.end = std::min(range.end, n + 1); });
  for (const auto& time : {query.from_time, query.after_time})
    if (time) range.begin = std::max(range.begin, history.first_since(*time));
  return known ? std::optional(range) : std::nullopt;
}

}  // namespace

wamp::Result<HistoryQuery> history_query(const wamp::Dict& filters, std::string_view where) {
  FilterReader read(filters, where);
  HistoryQuery query;
  query.reverse = read.attributes().boolean("reverse", false);
  query.limit = read.positive("limit");
  query.from_time = read.time("from_time");
  query.after_time = read.time("after_time");
  query.before_time = read.time("before_time");
  query.until_time = read.time("until_time");
  if (const auto topic = read.attributes().string("topic")) query.topic = *topic;
  query.from_publication = read.publication("from_publication");
  query.after_publication = read.publication("after_publication");
  query.before_publication = read.publication("before_publication");
  query.until_publication = read.publication("until_publication");
  if (read.error()) return *read.error();
  return query;
}

bool HistorySearch::go_on(const EventHistory& history, const Member& receiver, size_t most) {
  if (!std::exchange(begun_, true)) {
    const auto range = range_of(history, query_);
    selection_.unknown_publication = !range;
    if (!range) return true;
    begin_ = range->begin;
    end_ = range->end;
  }
  begin_ = std::max(begin_, history.begin());
  const uint64_t most_events = std::min<uint64_t>(query_.limit.value_or(limits_.events), limits_.events);
  for (size_t looked_at = 0; begin_ < end_; ++looked_at) {
    if (looked_at == most) return false;
    const StoredEventRef& event = history.at(query_.reverse ? --end_ : begin_++);
    if (!passes(*event, query_) || !admits(*event, receiver, also_own_)) continue;
    const uint64_t bytes = selection_.bytes + event->bytes();
    // One event comes however large it is, or nobody could turn the page.
    if (selection_.events.size() == most_events || (bytes > limits_.bytes && !selection_.events.empty())) {
      selection_.has_more = true;
      return true;
    }
    selection_.events.push_back(event);
    selection_.bytes = bytes;
  }
  return true;
}

}  // namespace router::broker
