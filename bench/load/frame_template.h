// A message in which only the id after the type changes, as ready masked frames: one for each size the id can
// have.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "bench/load/serializer.h"

namespace bench::load {

class FrameTemplate {
 public:
  // `message` has its id, whatever it is, as second element. `serializer` lives longer.
  FrameTemplate(const Serializer& serializer, List message);

  void append(std::string& out, uint64_t id) const;

 private:
  struct Frame {
    std::string bytes;
    size_t id_at = 0;  // in bytes
  };

  const Serializer& serializer_;
  size_t id_offset_;  // in the message
  std::array<Frame, kMaxIdSize + 1> by_id_size_;
};

}  // namespace bench::load
