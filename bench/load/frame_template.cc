#include "bench/load/frame_template.h"

#include <algorithm>

namespace bench::load {
namespace {

constexpr size_t kDigits = 6;

size_t first_difference(const std::string& a, const std::string& b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

List with_number(List message, char digit) {
  message[3] = *message[3].get<std::string>() + "." + std::string(kDigits, digit);
  return message;
}

}  // namespace

FrameTemplate::FrameTemplate(const Framing& framing, const Serializer& serializer, List message)
    : framing_(framing), serializer_(serializer), message_(std::move(message)) {
  const std::string zero = serializer.write({message_[0], 0});
  const std::string one = serializer.write({message_[0], 1});
  id_offset_ = first_difference(zero, one);
}

FrameTemplate::FrameTemplate(const Framing& framing, const Serializer& serializer, const List& message,
                             size_t uris, size_t first)
    : FrameTemplate(framing, serializer, uris > 1 ? with_number(message, '0') : message) {
  uris_ = uris;
  number_ = first % uris;
  if (uris == 1) return;
  const std::string zeros = serializer.write(message_);
  number_from_end_ = zeros.size() - first_difference(zeros, serializer.write(with_number(message, '9')));
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
  if (uris_ > 1) write_number(out.data() + out.size(), frame.message_size, key);
  return frame.message_size;
}

void FrameTemplate::write_number(char* end, size_t message_size, wire::MaskKey key) {
  size_t rest = number_;
  for (size_t i = kDigits; i-- > 0; rest /= 10)
    *(end - number_from_end_ + i) = static_cast<char>(static_cast<char>('0' + rest % 10) ^
                                                      key[(message_size - number_from_end_ + i) % 4]);
  number_ = (number_ + 1) % uris_;
}

}  // namespace bench::load
