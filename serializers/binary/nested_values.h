// What stands between a reader of bytes that tell sizes (MessagePack, CBOR) and a ValueSink: it knows what is
// open, ends what has all its values, and makes strings of keys.
//
// Keys may be of any type, while dictionaries of a ValueSink have strings and binary data: a scalar becomes
// its JSON text, a container its JSON text too, in which a dictionary is the list of its keys and values.
// The bytes must have been validated: at most max_nesting are open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "serializers/base/limits.h"
#include "serializers/json/json_writer.h"

namespace serializers {

class NestedValues {
 public:
  // When the sink is told the size of a list or dictionary.
  enum class SizesAt : uint8_t { begin, end };

  NestedValues(ValueSink& sink, SizesAt sizes_at) : sink_(sink), sizes_at_(sizes_at) {}

  // False once a key was not a string.
  bool keys_are_strings() const { return keys_are_strings_; }
  bool is_in_a_value() const { return depth_ > 0; }
  // The number of the tag (CBOR) that the next value has, 0 if it has none: that one means nothing here.
  uint64_t tag() const { return depth_ > 0 ? open_[depth_ - 1].tag : 0; }

  void string(std::string_view value);
  void binary(std::string_view bytes);
  // All other scalars: `send` gets the sink for it.
  template <class Send>
  void scalar(const Send& send) {
    begin_value();
    send(target());
    end_value();
  }
  // Of unknown_size: until end().
  void begin_list(size_t size);
  void begin_dictionary(size_t size);
  void begin_tag(uint64_t number);
  void end();

 private:
  enum class Type : uint8_t { list, dictionary, tag };
  struct Open {
    Type type;
    size_t size;  // in values: of a dictionary, keys are values too
    size_t count;
    uint64_t tag;

    bool is_at_key() const { return type == Type::dictionary && count % 2 == 0; }
  };

  ValueSink& target() { return key_writer_ ? *key_writer_ : sink_; }
  // Not only a part of a key.
  bool is_whole_key() const { return key_nesting_ == 1 && key_text_.empty(); }

  void begin_value() {
    if (depth_ > 0 && open_[depth_ - 1].is_at_key()) begin_key();
  }
  void end_value();
  void begin_key();
  void end_key();
  void open(const Open& open);
  void close();

  ValueSink& sink_;
  const SizesAt sizes_at_;
  bool keys_are_strings_ = true;
  bool key_is_sent_ = false;
  int key_nesting_ = 0;  // a key may be a dictionary with keys
  std::string key_text_;
  std::optional<JsonWriter> key_writer_;  // while in a key
  int depth_ = 0;
  Open open_[max_nesting];
};

}  // namespace serializers
