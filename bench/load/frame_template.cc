#include "bench/load/frame_template.h"

#include <algorithm>

namespace bench::load {

FrameTemplate::FrameTemplate(const Serializer& serializer, List message) : serializer_(serializer) {
  message[1] = 0;
  const std::string zero = serializer.write(message);
  message[1] = 1;
  const std::string one = serializer.write(message);
  id_offset_ = static_cast<size_t>(std::ranges::mismatch(zero, one).in1 - zero.begin());
  // Ids that double reach every size in both serializers, up to the largest id of WAMP, 2^53.
  for (uint64_t id = 1; id <= uint64_t{1} << 53; id *= 2) {
    char written[kMaxIdSize];
    const size_t id_size = serializer.write_id(written, id);
    if (!by_id_size_[id_size].bytes.empty()) continue;
    message[1] = id;
    const std::string bytes = serializer.write(message);
    const std::string frame = wire::masked_frame(serializer.opcode(), bytes);
    by_id_size_[id_size] = {frame, frame.size() - bytes.size() + id_offset_};
  }
}

void FrameTemplate::append(std::string& out, uint64_t id) const {
  char written[kMaxIdSize];
  const size_t id_size = serializer_.write_id(written, id);
  const Frame& frame = by_id_size_[id_size];
  const size_t start = out.size();
  out.append(frame.bytes);
  char* const to = out.data() + start + frame.id_at;
  for (size_t i = 0; i < id_size; ++i) {
    to[i] = static_cast<char>(written[i] ^ wire::kMaskKey[(id_offset_ + i) % 4]);
  }
}

}  // namespace bench::load
