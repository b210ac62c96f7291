#include "tests/support/json_wire.h"

#include <stdexcept>

namespace test_support {

std::string converted(serializers::Format from, serializers::Format to, std::string_view bytes) {
  if (from == to) return std::string(bytes);
  serializers::Scratch scratch;
  const auto message = serializers::decode(from, bytes, scratch, {1000});
  if (!message) throw std::runtime_error("cannot be decoded: " + message.error().message);
  wamp::Payload payload;
  std::visit(
      [&payload](const auto& m) {
        if constexpr (wamp::HasPayload<std::decay_t<decltype(m)>>) payload = m.payload;
      },
      *message);
  std::string out;
  const auto tail = serializers::encode_envelope(to, *message, payload.count, out);
  if (payload.count > 0) serializers::transcode(from, to, payload, out);
  return out.append(tail);
}

}  // namespace test_support
