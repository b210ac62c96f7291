// What a link of another node sends: whatever it is, a frame is read or not, and one that is read is written
// and read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "router/link/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace router;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  serializers::Scratch scratch, other_scratch;
  const auto frame = link::decode(text, scratch);
  if (!frame) return 0;
  const auto payload = std::visit(
      [&](const auto& message) -> RoutedPayload {
        if constexpr (requires { message.payload; })
          return copy_payload(frame->format, message.payload);
        else
          return {};
      },
      frame->message);
  const std::string written = link::encode(frame->kind, frame->realm, frame->message, payload);
  const auto again = link::decode(written, other_scratch);
  if (!again || again->realm != frame->realm || again->kind != frame->kind ||
      again->message.index() != frame->message.index())
    std::abort();
  if (const auto* const call = std::get_if<wamp::Call>(&frame->message)) {
    const auto asked = link::forwarded(*call);
    if (asked && !wamp::is_valid_id(asked->caller->session.value)) std::abort();
  }
  return 0;
}
