// A message in which only the id after the type changes, as ready frames: one for each size the id can have.
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

  // Returns the size of the message, without what frames it.
  size_t append(std::string& out, uint64_t id);

 private:
  struct Ready {
    std::string bytes;
    size_t id_at = 0;  // in bytes
    size_t message_size = 0;
  };

  const Ready& ready(size_t id_size, uint64_t id);

  const Framing& framing_;
  const Serializer& serializer_;
  List message_;
  size_t id_offset_;                              // in the message
  std::array<Ready, kMaxIdSize + 1> by_id_size_;  // made when one is needed: messages may be large
};

}  // namespace bench::load
