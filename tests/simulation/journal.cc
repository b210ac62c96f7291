#include "tests/simulation/journal.h"

#include <utility>

#include "tests/support/json_wire.h"

namespace simulation {
namespace {

constexpr size_t longest = 400;

}  // namespace

// FNV-1a.
void Journal::count(std::string_view bytes) {
  for (const char c : bytes) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
}

void Journal::add(Entry entry) {
  count(entry.text);
  if (entry.text.size() > longest) entry.text.replace(longest, std::string::npos, "...");
  if (entry.frame) count(entry.frame->view());
  entry.number = ++count_;
  if (entries_.size() == most_kept_) entries_.pop_front();
  entries_.push_back(std::move(entry));
}

void Journal::note(std::string text) {
  add({0, std::move(text)});
}

void Journal::note(std::string_view who, serializers::Format format, const transport::BufferRef& frame) {
  add({0, std::string(who) + " <- ", format, frame});
}

void Journal::breach(std::string_view promise, std::string_view what) {
  if (breach_) return;
  breach_ = std::string(promise) + ": " + std::string(what);
  note("*** " + *breach_);
}

std::string Journal::text() const {
  std::string all;
  for (const Entry& entry : entries_) {
    std::string line = std::to_string(entry.number) + "  " + entry.text;
    if (entry.frame)
      line += test_support::converted(entry.format, serializers::Format::json, entry.frame->view());
    if (line.size() > longest) line.replace(longest, std::string::npos, "...");
    all += line + "\n";
  }
  return all;
}

}  // namespace simulation
