// What stands between a reader whose maps may have keys of any type and a ValueSink, whose dictionaries have
// strings and binary data: a scalar becomes its JSON text, a container its JSON text too, in which a
// dictionary is the list of its keys and values.
//
// The library says where each key begins and ends, so this shares nothing with NestedValues, which is
// compared with it. Sizes go on to the sink as they are told.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "serializers/json/json_writer.h"

namespace serializers::library {

class AnyKeys {
 public:
  explicit AnyKeys(ValueSink& sink) : sink_(sink) {}

  // False once a key was not a string.
  bool keys_are_strings() const { return keys_are_strings_; }

  void begin_key();
  void end_key();
  void string(std::string_view value);
  void binary(std::string_view bytes);
  // The entries of it are counted, not the values.
  void begin_dictionary(size_t size);
  void end_dictionary(size_t size);

  // Where all else goes.
  ValueSink& target() { return key_writer_ ? *key_writer_ : sink_; }

 private:
  // Not only a part of a key.
  bool is_whole_key() const { return key_nesting_ == 1 && key_text_.empty(); }

  ValueSink& sink_;
  int key_nesting_ = 0;  // a key may be a dictionary with keys
  std::string key_text_;
  std::optional<JsonWriter> key_writer_;  // while in a key
  bool key_is_sent_ = false;
  bool keys_are_strings_ = true;
};

inline void AnyKeys::begin_key() {
  if (++key_nesting_ > 1) return;
  key_text_.clear();
  key_writer_.emplace(key_text_);
  key_is_sent_ = false;
}

inline void AnyKeys::end_key() {
  if (--key_nesting_ > 0) return;
  key_writer_.reset();
  if (key_is_sent_) return;
  keys_are_strings_ = false;
  sink_.key(key_text_);
}

inline void AnyKeys::string(std::string_view value) {
  if (!is_whole_key()) return target().string(value);
  sink_.key(value);
  key_is_sent_ = true;
}

inline void AnyKeys::binary(std::string_view bytes) {
  if (!is_whole_key()) return target().binary(bytes);
  sink_.binary_key(bytes);
  key_is_sent_ = true;
  keys_are_strings_ = false;
}

inline void AnyKeys::begin_dictionary(size_t size) {
  if (key_writer_)
    key_writer_->begin_list(unknown_size);
  else
    sink_.begin_dictionary(size);
}

inline void AnyKeys::end_dictionary(size_t size) {
  if (key_writer_)
    key_writer_->end_list(unknown_size);
  else
    sink_.end_dictionary(size);
}

}  // namespace serializers::library
