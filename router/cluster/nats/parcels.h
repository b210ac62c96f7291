// How what a node has to say becomes messages of NATS, which are not longer than its server takes, and back:
// short texts share one, a long one has several.
//
// Pure; one thread. A message begins with its sender's number and with what is in it; then come texts with
// their lengths, or a part of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace router::cluster {

// Writes messages for one subject, as long as its sender lives: the numbers of long texts go on, or a reader
// would take parts of two for one text.
class ParcelWriter {
 public:
  // `sender`: by chance, another one for each ParcelWriter that a reader hears.
  explicit ParcelWriter(uint64_t sender);
  ParcelWriter(const ParcelWriter&) = delete;

  void add(std::string_view text);
  bool empty() const { return texts_.empty(); }
  // All that was added, in its order. None is longer than `max_size`; 256 at least.
  std::vector<std::string> take(size_t max_size);
  // What was added, and not taken, is not sent.
  void drop() { texts_.clear(); }

 private:
  void take_in_parts(std::string_view text, size_t max_size, std::vector<std::string>& messages);

  const uint64_t sender_;
  std::vector<std::string> texts_;
  uint64_t last_long_ = 0;
};

// Reads messages of many senders.
class ParcelReader {
 public:
  // The parts of texts that are not whole yet have so many bytes in all at most, and are of 256 senders; if
  // there are more, the largest are given up.
  explicit ParcelReader(size_t max_partial);

  // The texts that are whole now, in their order; they live until the next call, or as long as the message.
  // Of a text of which a part is missing there is nothing. False: this is no such message.
  bool read(std::string_view message, std::vector<std::string_view>& texts);

  // Whose message it is; 0: this is none.
  static uint64_t sender(std::string_view message);

 private:
  struct Partial {
    uint64_t number = 0;
    uint32_t next = 0, count = 0;
    std::string text;
  };

  bool read_part(uint64_t sender, std::string_view rest, std::vector<std::string_view>& texts);
  void make_room();

  const size_t max_partial_;
  size_t partial_bytes_ = 0;
  std::map<uint64_t, Partial> partial_;
  std::string whole_;
};

}  // namespace router::cluster
