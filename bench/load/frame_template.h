// A message in which only the id after the type changes, and perhaps a number at the end of its URI, as ready frames:
// one for each size the id can have.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "bench/load/framing.h"
#include "bench/load/serializer.h"

namespace bench::load {

class FrameTemplate {
 public:
  // `message` has its id, whatever it is, as second element. `framing` and `serializer` live longer.
  FrameTemplate(const Framing& framing, const Serializer& serializer, List message);
  // The same, and in its URI, the fourth element, `uris` numbers follow the last dot in turn, from `first` on;
  // 1: the URI stays as it is.
  FrameTemplate(const Framing& framing, const Serializer& serializer, const List& message, size_t uris, size_t first);
  static constexpr size_t kMostUris = 1'000'000;

  // Returns the size of the message, without what frames it.
  size_t append(std::string& out, uint64_t id);

 private:
  struct Ready {
    std::string bytes;
    size_t id_at = 0;  // in bytes
    size_t message_size = 0;
  };

  const Ready& ready(size_t id_size, uint64_t id);
  void write_number(char* end, size_t message_size, wire::MaskKey key);

  const Framing& framing_;
  const Serializer& serializer_;
  List message_;
  size_t id_offset_;                              // in the message
  size_t uris_ = 1, number_ = 0;
  size_t number_from_end_ = 0;                    // of the message
  std::array<Ready, kMaxIdSize + 1> by_id_size_;  // made when one is needed: messages may be large
};

}  // namespace bench::load
