#include "serializers/msgpack_values.h"

#include <optional>
#include <string>

#include <msgpack.hpp>

#include "serializers/json_writer.h"

namespace serializers {
namespace {

// msgpack-c's events → the sink's.
class MsgpackEvents : public msgpack::null_visitor {
 public:
  explicit MsgpackEvents(ValueSink& sink) : sink_(sink) {}

  bool keys_are_strings() const { return keys_are_strings_; }

  bool visit_nil() { return target().null(), true; }
  bool visit_boolean(bool value) { return target().boolean(value), true; }
  bool visit_positive_integer(uint64_t value) { return target().unsigned_integer(value), true; }
  bool visit_negative_integer(int64_t value) { return target().integer(value), true; }
  bool visit_float32(float value) { return target().floating(value), true; }
  bool visit_float64(double value) { return target().floating(value), true; }
  bool start_array(uint32_t size) { return target().begin_list(size), true; }
  bool end_array() { return target().end_list(unknown_size), true; }

  bool visit_str(const char* text, uint32_t size) {
    const std::string_view value(text, size);
    if (is_whole_key())
      send_key(value);
    else
      target().string(value);
    return true;
  }

  bool visit_bin(const char* bytes, uint32_t size) {
    const std::string_view value(bytes, size);
    if (is_whole_key())
      send_binary_key(value);
    else
      target().binary(value);
    return true;
  }

  bool visit_ext(const char* bytes, uint32_t size) {
    const std::string_view typed(bytes, size);
    if (typed == std::string_view("\0\0", 2))
      target().undefined();
    else
      visit_bin(bytes + 1, size - 1);
    return true;
  }

  bool start_map(uint32_t size) {
    if (key_writer_)
      key_writer_->begin_list(2 * size_t{size});
    else
      sink_.begin_dictionary(size);
    return true;
  }
  bool end_map() {
    if (key_writer_)
      key_writer_->end_list(unknown_size);
    else
      sink_.end_dictionary(unknown_size);
    return true;
  }

  bool start_map_key() {
    if (++key_nesting_ == 1) {
      key_text_.clear();
      key_writer_.emplace(key_text_);
      key_is_sent_ = false;
    }
    return true;
  }
  bool end_map_key() {
    if (--key_nesting_ > 0) return true;
    key_writer_.reset();
    if (!key_is_sent_) {
      keys_are_strings_ = false;
      sink_.key(key_text_);
    }
    return true;
  }

 private:
  ValueSink& target() { return key_writer_ ? *key_writer_ : sink_; }
  // Not only a part of a key.
  bool is_whole_key() const { return key_nesting_ == 1 && key_text_.empty(); }
  void send_key(std::string_view key) {
    sink_.key(key);
    key_is_sent_ = true;
  }
  void send_binary_key(std::string_view bytes) {
    sink_.binary_key(bytes);
    key_is_sent_ = true;
    keys_are_strings_ = false;
  }

  ValueSink& sink_;
  int key_nesting_ = 0;  // a key may be a dictionary with keys
  std::string key_text_;
  std::optional<JsonWriter> key_writer_;  // while in a key
  bool key_is_sent_ = false;
  bool keys_are_strings_ = true;
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
