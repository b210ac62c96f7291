// Who said what in one run, and the first promise that was broken.
//
// It is kept as frames and becomes text when somebody wants to read it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "serializers/serializer.h"
#include "transport/memory/buffer.h"

namespace simulation {

class Journal {
 public:
  // Keeps the last so many entries.
  explicit Journal(size_t most_kept) : most_kept_(most_kept) {}

  // What happens, in words.
  void note(std::string text);
  // What the router says to somebody.
  void note(std::string_view who, serializers::Format format, const transport::BufferRef& frame);

  // Only the first one is kept: what follows may be a consequence.
  void breach(std::string_view promise, std::string_view what);
  bool is_broken() const { return breach_.has_value(); }
  // The promise and what was heard; empty: all were kept.
  std::string breach() const { return breach_.value_or(""); }

  // What is kept, a line each.
  std::string text() const;
  // Of all that was noted: two runs that say the same have the same.
  uint64_t digest() const { return digest_; }

 private:
  struct Entry {
    uint64_t number = 0;
    std::string text;
    serializers::Format format = serializers::Format::json;
    transport::BufferRef frame = {};  // null: the text is all
  };
  void add(Entry entry);
  void count(std::string_view bytes);

  const size_t most_kept_;
  std::deque<Entry> entries_;
  uint64_t count_ = 0;
  uint64_t digest_ = 0xCBF29CE484222325u;
  std::optional<std::string> breach_;
};

}  // namespace simulation
