#include "client/command/views/rows.h"

#include <algorithm>
#include <cstdio>

#include "client/command/output/json.h"
#include "client/command/output/output.h"
#include "client/command/views/asking.h"
#include "client/command/words/duration.h"
#include "wamp/error_uris.h"

namespace client::command {
namespace {

constexpr size_t most_rows = 100'000;
constexpr int64_t rows_of_a_page = 1024;
constexpr size_t questions_under_way = 50;

using As = Shown::As;

const Subject subjects[] = {
    {.name = "sessions",
     .key = "authid",
     .statistics = "wampd.stats.sessions",
     .asked_for = {{"order", "session"}},
     .meta = "wamp.session.",
     .id = "session",
     .columns = {{"SESSION", "session", As::number},
                 {"AUTHID", "authid"},
                 {"ROLE", "authrole"},
                 {"METHOD", "authmethod"},
                 {"PEER", "peer"},
                 {"START", "start"}}},
    {.name = "procedures",
     .key = "procedure",
     .statistics = "wampd.stats.procedures",
     .asked_for = {{"order", "uri"}, {"state", "all"}},
     .meta = "wamp.registration.",
     .id = "registration",
     .columns = {{"PROCEDURE", "procedure"},
                 {"MATCH", "match"},
                 {"INVOKE", "invoke"},
                 {"CALLEES", "callees", As::number},
                 {"CALLS", "calls", As::number},
                 {"ERRORS", "errors", As::number},
                 {"P99", "p99_us", As::microseconds}}},
    {.name = "topics",
     .key = "topic",
     .statistics = "wampd.stats.topics",
     .asked_for = {{"order", "uri"}, {"state", "all"}},
     .meta = "wamp.subscription.",
     .id = "subscription",
     .columns = {{"TOPIC", "topic"},
                 {"MATCH", "match"},
                 {"SUBSCRIBERS", "subscribers", As::number},
                 {"PUBLICATIONS", "publications", As::number},
                 {"EVENTS", "events", As::number}}},
};

// Answers of questions that go on until all rows are there.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(Connection& connection, Session& session, const Subject& subject, std::function<void(Rows)> then)
      : connection_(connection), session_(session), subject_(subject), then_(std::move(then)) {}

  void ask_for_page() {
    wamp::Dict options = subject_.asked_for;
    options.set("limit", rows_of_a_page);
    options.set("offset", static_cast<int64_t>(seen_));
    ask(
        connection_, session_, subject_.statistics, {options},
        [self = shared_from_this()](const wamp::Value& page) { self->take_page(page); },
        [self = shared_from_this()](const Error& error) {
          if (error.uri != wamp::error_uri::no_such_procedure) return false;
          self->ask_for_ids();  // it is another router
          return true;
        });
  }

 private:
  void take_page(const wamp::Value& page) {
    const auto* const list = page.get<wamp::List>();
    for (const wamp::Value& row : list ? *list : wamp::List())
      if (const auto* const dict = row.get<wamp::Dict>()) rows_.push_back(*dict);
    if (list) seen_ += list->size();
    const bool is_last = !list || list->size() < static_cast<size_t>(rows_of_a_page);
    if (!is_last && seen_ < most_rows) return ask_for_page();
    if (!is_last) complain_of_more();
    then_(std::move(rows_));
  }

  void complain_of_more() const {
    complain("there may be more " + subject_.name + ": no more than " + std::to_string(most_rows) +
             " are looked at");
  }

  void ask_for_ids() {
    ask(connection_, session_, subject_.meta + "list", {},
        [self = shared_from_this()](const wamp::Value& ids) { self->take_ids(ids); });
  }

  // A list, or a list for each match policy.
  void take_ids(const wamp::Value& ids) {
    append_ids(ids);
    if (const auto* const lists = ids.get<wamp::Dict>())
      for (const auto& entry : *lists) append_ids(entry.value);
    if (ids_.size() > most_rows) complain_of_more();
    ids_.resize(std::min(ids_.size(), most_rows));
    ask_for_rows();
  }

  void append_ids(const wamp::Value& ids) {
    if (const auto* const list = ids.get<wamp::List>()) ids_.insert(ids_.end(), list->begin(), list->end());
  }

  void ask_for_rows() {
    if (answered_ == ids_.size()) return then_(std::move(rows_));
    while (asked_ < ids_.size() && asked_ - answered_ < questions_under_way)
      ask(
          connection_, session_, subject_.meta + "get", {ids_[asked_++]},
          [self = shared_from_this()](const wamp::Value& row) {
            ++self->answered_;
            self->take_row(row);
            self->ask_for_rows();
          },
          [self = shared_from_this()](const Error& error) {
            if (error.uri == error_of_end || status_of(error.uri) == ExitStatus::not_authorized) return false;
            ++self->answered_;  // it has gone meanwhile
            self->ask_for_rows();
            return true;
          });
  }

  void take_row(const wamp::Value& value) {
    const auto* const dict = value.get<wamp::Dict>();
    if (!dict) return;
    wamp::Dict row;
    for (const auto& entry : *dict) {
      const bool is_id = entry.key == "id", is_uri = entry.key == "uri";
      row.set(is_id ? subject_.id : is_uri ? subject_.key : entry.key, entry.value);
    }
    const wamp::Value* const transport = dict->find("transport");
    const auto* const details = transport ? transport->get<wamp::Dict>() : nullptr;
    if (const wamp::Value* const peer = details ? details->find("peer") : nullptr) row.set("peer", *peer);
    rows_.push_back(std::move(row));
  }

  Connection& connection_;
  Session& session_;
  const Subject& subject_;
  std::function<void(Rows)> then_;
  Rows rows_;
  size_t seen_ = 0;  // entries of pages, whatever they are
  wamp::List ids_;
  size_t asked_ = 0, answered_ = 0;
};

std::string text_of(const wamp::Value& value) {
  if (const auto* const text = value.get<std::string>()) return *text;
  const auto* const number = value.get<double>();
  if (!number) return value.is_null() ? "" : to_json(value);
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", *number);
  return text;
}

std::string cell(const wamp::Dict& row, const Shown& column) {
  const wamp::Value* const value = row.find(column.key);
  if (!value) return "";
  if (column.as != As::microseconds) return text_of(*value);
  const double us = number_of(row, column.key);
  return us > 0 ? to_text(std::chrono::nanoseconds(static_cast<int64_t>(us * 1e3))) : "";
}

bool is_number(const wamp::Value& value) {
  return value.get<int64_t>() || value.get<uint64_t>() || value.get<double>();
}

}  // namespace

const Subject* subject_named(std::string_view name) {
  for (const Subject& subject : subjects)
    if (subject.name == name) return &subject;
  return nullptr;
}

void fetch_rows(Connection& connection, Session& session, const Subject& subject,
                std::function<void(Rows)> then) {
  std::make_shared<Fetch>(connection, session, subject, std::move(then))->ask_for_page();
}

double number_of(const wamp::Dict& row, std::string_view key) {
  const wamp::Value* const value = row.find(key);
  if (!value) return 0;
  if (const auto* const number = value->get<int64_t>()) return static_cast<double>(*number);
  if (const auto* const number = value->get<uint64_t>()) return static_cast<double>(*number);
  if (const auto* const number = value->get<double>()) return *number;
  return 0;
}

std::optional<std::string> wrong_column(const Rows& rows, const std::string& sort_key) {
  if (sort_key.empty() || rows.empty()) return std::nullopt;
  std::vector<std::string> keys;
  for (const wamp::Dict& row : rows) {
    if (row.find(sort_key)) return std::nullopt;
    for (const wamp::DictEntry& entry : row)
      if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) keys.push_back(entry.key);
  }
  std::string all;
  for (const std::string& key : keys) all.append(all.empty() ? "" : ", ").append(key);
  return "expected one of " + all + ", found \"" + sort_key + "\"";
}

Rows chosen(Rows rows, const Subject& subject, const std::string& prefix, const std::string& sort_key) {
  if (!prefix.empty())
    std::erase_if(rows, [&](const wamp::Dict& row) {
      const wamp::Value* const value = row.find(subject.key);
      return !value || !text_of(*value).starts_with(prefix);
    });
  const std::string& key = sort_key.empty() ? subject.key : sort_key;
  std::stable_sort(rows.begin(), rows.end(), [&key](const wamp::Dict& a, const wamp::Dict& b) {
    const wamp::Value *const one = a.find(key), *const other = b.find(key);
    if (!one || !other) return one != nullptr;
    if (is_number(*one) && is_number(*other)) return number_of(a, key) > number_of(b, key);
    return text_of(*one) < text_of(*other);
  });
  return rows;
}

Table table_of(const Rows& rows, const std::vector<Shown>& columns) {
  std::vector<Column> titles;
  for (const Shown& column : columns) titles.push_back({column.title, column.as != As::text});
  Table table(std::move(titles));
  for (const wamp::Dict& row : rows) {
    std::vector<std::string> cells;
    for (const Shown& column : columns) cells.push_back(cell(row, column));
    table.add(std::move(cells));
  }
  return table;
}

}  // namespace client::command
