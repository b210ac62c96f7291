// What a realm has, one dictionary each: sessions, procedures, topics; and how they look as a table.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/command/connection/connection.h"
#include "client/command/output/table.h"

namespace client::command {

using Rows = std::vector<wamp::Dict>;

// How one entry of a row is shown.
struct Shown {
  std::string title;
  std::string key;
  enum class As { text, number, microseconds } as = As::text;
};

// What can be listed.
struct Subject {
  std::string name;        // "sessions"
  std::string key;         // what --filter looks at: "authid", "procedure", "topic"
  std::string statistics;  // wampd's procedure
  wamp::Dict asked_for;    // its options
  std::string meta;        // the specification's, up to its last part
  std::string id;          // what the id is called that meta procedures tell
  std::vector<Shown> columns;
};
// Null if there is none of that name.
const Subject* subject_named(std::string_view name);

// All rows, at most 100,000; that there may be more is told on standard error. By wampd's own procedures, of
// another router by the specification's. Calls `then` later, once.
void fetch_rows(Connection& connection, Session& session, const Subject& subject,
                std::function<void(Rows)> then);

// What is wrong with a key to sort by: none of the rows has it.
std::optional<std::string> wrong_column(const Rows& rows, const std::string& sort_key);

// Keeps those whose key begins with the prefix; the greatest numbers come first, texts in their order.
Rows chosen(Rows rows, const Subject& subject, const std::string& prefix, const std::string& sort_key);

Table table_of(const Rows& rows, const std::vector<Shown>& columns);

// A number of an entry; 0 if it is none.
double number_of(const wamp::Dict& row, std::string_view key);

}  // namespace client::command
