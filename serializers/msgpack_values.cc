#include "serializers/msgpack_values.h"

#include <msgpack.hpp>

#include "serializers/any_keys.h"

namespace serializers {
namespace {

// msgpack-c's events → the sink's.
class MsgpackEvents : public msgpack::null_visitor {
 public:
  explicit MsgpackEvents(ValueSink& sink) : keys_(sink) {}

  bool keys_are_strings() const { return keys_.keys_are_strings(); }

  bool visit_nil() { return target().null(), true; }
  bool visit_boolean(bool value) { return target().boolean(value), true; }
  bool visit_positive_integer(uint64_t value) { return target().unsigned_integer(value), true; }
  bool visit_negative_integer(int64_t value) { return target().integer(value), true; }
  bool visit_float32(float value) { return target().floating(value), true; }
  bool visit_float64(double value) { return target().floating(value), true; }
  bool visit_str(const char* text, uint32_t size) { return keys_.string({text, size}), true; }
  bool visit_bin(const char* bytes, uint32_t size) { return keys_.binary({bytes, size}), true; }
  bool start_array(uint32_t size) { return target().begin_list(size), true; }
  bool end_array() { return target().end_list(unknown_size), true; }
  bool start_map(uint32_t size) { return keys_.begin_dictionary(size), true; }
  bool end_map() { return keys_.end_dictionary(unknown_size), true; }
  bool start_map_key() { return keys_.begin_key(), true; }
  bool end_map_key() { return keys_.end_key(), true; }

  bool visit_ext(const char* bytes, uint32_t size) {
    const std::string_view typed(bytes, size);
    if (typed == std::string_view("\0\0", 2))
      target().undefined();
    else
      keys_.binary(typed.substr(1));
    return true;
  }

 private:
  ValueSink& target() { return keys_.target(); }

  AnyKeys keys_;
};

}  // namespace

bool read_msgpack(wamp::Payload payload, ValueSink& sink) {
  MsgpackEvents events(sink);
  size_t offset = 0;
  for (int i = 0; i < payload.count; ++i)
    msgpack::parse(payload.bytes.data(), payload.bytes.size(), offset, events);
  return events.keys_are_strings();
}

}  // namespace serializers
