#include "bench/load/frame_template.h"

#include <algorithm>

namespace bench::load {

FrameTemplate::FrameTemplate(const Framing& framing, const Serializer& serializer, List message)
    : framing_(framing), serializer_(serializer), message_(std::move(message)) {
  const std::string zero = serializer.write({message_[0], 0});
  const std::string one = serializer.write({message_[0], 1});
  id_offset_ = static_cast<size_t>(std::ranges::mismatch(zero, one).in1 - zero.begin());
}

const FrameTemplate::Ready& FrameTemplate::ready(size_t id_size, uint64_t id) {
  Ready& ready = by_id_size_[id_size];
  if (ready.bytes.empty()) {
    message_[1] = id;
    const std::string message = serializer_.write(message_);
    ready.bytes = framing_.frame(serializer_, message);
    ready.id_at = ready.bytes.size() - message.size() + id_offset_;
    ready.message_size = message.size();
  }
  return ready;
}

size_t FrameTemplate::append(std::string& out, uint64_t id) {
  char written[kMaxIdSize];
  const size_t id_size = serializer_.write_id(written, id);
  const Ready& frame = ready(id_size, id);
  const wire::MaskKey key = framing_.mask_key();
  const size_t start = out.size();
  out.append(frame.bytes);
  char* const to = out.data() + start + frame.id_at;
  for (size_t i = 0; i < id_size; ++i) to[i] = static_cast<char>(written[i] ^ key[(id_offset_ + i) % 4]);
  return frame.message_size;
}

}  // namespace bench::load
