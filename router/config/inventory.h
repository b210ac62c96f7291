// What a configuration serves, as facts for people: what `wampd check` prints and a reload compares.
//
// Pure. No secret is in any text.
#pragma once

#include <string>
#include <vector>

#include "router/config/config.h"

namespace router::config {

struct Fact {
  // What it is about, from the whole to the part; differs from those of all other facts:
  // {"realm \"realm1\"", "role \"guest\"", "rule prefix \"com.\""}.
  std::vector<std::string> subject;
  std::string text;    // "call, subscribe"; may be empty
  std::string place;   // in the file; may be empty
  std::string secret;  // compared, never told
};

// Each fact comes behind the one of the whole that it is a part of.
std::vector<Fact> inventory(const Config& config);

// "127.0.0.1:8080" or "unix:/run/wampd.sock"
std::string address(const Transport& transport);

// "transport 127.0.0.1:8080" for each: their subjects, different from each other.
std::vector<std::string> transport_names(const Config& config);

// One line a fact, parts indented below their wholes.
std::string to_text(const std::vector<Fact>& facts);

// What a Crossbar file has and is not served, as a table in the file's order: line, JSON path, what becomes
// of it. Empty if there is nothing.
std::string left_out_table(std::vector<Notice> notices);

// "added: ...", "removed: ...", "changed: ..., now ..." or "changed: ..., in secret"; of what is added or
// removed as a whole the parts are not told.
std::vector<std::string> differences(const std::vector<Fact>& before, const std::vector<Fact>& after);

}  // namespace router::config
