// Events read back from the disk: what is a PUBLISH gives an event that is written and read again as the
// same.
#include <cstdint>
#include <cstdlib>

#include "router/events/stored_event.h"
#include "serializers/serializer.h"

// Input: a byte that chooses the serializer, the message.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const auto format = serializers::all_formats[bytes[0] % serializers::format_count];
  serializers::Scratch scratch;
  const std::string text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto message = serializers::decode(format, text, scratch, {serializers::max_nesting});
  if (!message) return 0;
  const auto* publish = std::get_if<wamp::Publish>(&*message);
  if (!publish) return 0;
  const auto event = router::broker::from_publish(*publish, format);
  if (!event) return 0;
  const wamp::Publish again = router::broker::to_publish(*event);
  const auto same = router::broker::from_publish(again, format);
  if (!same || same->topic != event->topic || same->details != event->details ||
      same->resource_key != event->resource_key)
    std::abort();
  return 0;
}
