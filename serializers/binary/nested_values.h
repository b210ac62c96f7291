// What stands between a reader of bytes that tell sizes (MessagePack, CBOR) and a ValueSink: it knows what is
// open and ends what has all its values.
//
// Keys may be of any type, while dictionaries of a ValueSink have strings and binary data: a scalar becomes
// its JSON text, a container its JSON text too, in which a dictionary is the list of its keys and values.
// The bytes must have been validated: at most max_nesting are open.
#pragma once

#include <cstdint>
#include <string>

#include "serializers/base/limits.h"
#include "serializers/json/json_writer.h"
#include "serializers/values/value_sink.h"

namespace serializers {

class NestedValues {
 public:
  // When the sink is told the size of a list or dictionary.
  enum class SizesAt : uint8_t { begin, end };
  // How a dictionary is told: as one, or as the list of its keys and values, which is for a container_key().
  enum class Dictionaries : uint8_t { as_such, as_lists };

  NestedValues(ValueSink& sink, SizesAt sizes_at, Dictionaries dictionaries)
      : sink_(sink), sizes_at_(sizes_at), dictionaries_(dictionaries) {}

  // False once a key was not a string.
  bool keys_are_strings() const { return keys_are_strings_; }
  bool is_in_a_value() const { return depth_ > 0; }
  // Whether what comes is a key, or what a tag says of one.
  bool is_at_key() const {
    int depth = depth_;
    while (depth > 0 && open_[depth - 1].type == Type::tag) --depth;
    return depth > 0 && open_[depth - 1].type == Type::dictionary && open_[depth - 1].count % 2 == 0;
  }
  // The number of the tag (CBOR) that the next value has, 0 if it has none: that one means nothing here.
  uint64_t tag() const { return depth_ > 0 ? open_[depth_ - 1].tag : 0; }

  void string(std::string_view value);
  void binary(std::string_view bytes);
  // All other scalars: `send` gets the sink for it.
  template <class Send>
  void scalar(const Send& send) {
    if (is_at_key()) [[unlikely]]
      return key_in_json([&send](ValueSink& writer) { send(writer); });
    send(sink_);
    end_value();
  }
  // A list or dictionary at a key: `read` gets the sink into which to read it, with dictionaries as lists.
  template <class Read>
  void key_in_json(const Read& read) {
    std::string text;
    JsonWriter writer(text);
    read(writer);
    keys_are_strings_ = false;
    sink_.key(text);
    end_value();
  }
  // Elsewhere. Of unknown_size: until end().
  void begin_list(size_t size);
  void begin_dictionary(size_t size);
  void begin_tag(uint64_t number) { open({Type::tag, 1, 0, number}); }
  void end();

 private:
  enum class Type : uint8_t { list, dictionary, tag };
  struct Open {
    Type type;
    size_t size;  // in values: of a dictionary, keys are values too
    size_t count;
    uint64_t tag;
  };

  void end_value();
  void open(const Open& open);
  void close();

  ValueSink& sink_;
  const SizesAt sizes_at_;
  const Dictionaries dictionaries_;
  bool keys_are_strings_ = true;
  int depth_ = 0;
  Open open_[max_nesting];
};

}  // namespace serializers
