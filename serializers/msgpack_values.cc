#include "serializers/msgpack_values.h"

#include <bit>

#include "serializers/any_keys.h"
#include "serializers/msgpack_header.h"
#include "serializers/serializer.h"

namespace serializers {
namespace {

// One pass over valid bytes, without recursion.
class MsgpackWalk {
 public:
  MsgpackWalk(std::string_view bytes, ValueSink& sink)
      : p_(bytes.data()), end_(bytes.data() + bytes.size()), keys_(sink) {}

  bool keys_are_strings() const { return keys_.keys_are_strings(); }

  void value() {
    do {
      if (is_at_key()) keys_.begin_key();
      const auto tag = static_cast<unsigned char>(*p_);
      const MsgpackHeader header = read_msgpack_header(p_, end_);
      p_ = header.content;
      if (header.kind == Kind::list || header.kind == Kind::dictionary) {
        open(header);
      } else {
        p_ += header.length;
        scalar(tag, header.kind, {header.content, header.length});
        end_value();
      }
    } while (depth_ > 0);
  }

 private:
  struct Open {
    uint64_t missing;  // values; of a dictionary, its keys are values too
    bool is_dictionary;
  };

  bool is_at_key() const {
    return depth_ > 0 && open_[depth_ - 1].is_dictionary && open_[depth_ - 1].missing % 2 == 0;
  }

  void open(const MsgpackHeader& header) {
    const bool is_dictionary = header.kind == Kind::dictionary;
    if (is_dictionary)
      keys_.begin_dictionary(header.length);
    else
      keys_.target().begin_list(header.length);
    open_[depth_++] = {is_dictionary ? 2 * header.length : header.length, is_dictionary};
    if (header.length == 0) close();
  }

  void close() {
    if (open_[--depth_].is_dictionary)
      keys_.end_dictionary(unknown_size);
    else
      keys_.target().end_list(unknown_size);
    end_value();
  }

  void end_value() {
    if (depth_ == 0) return;
    if (is_at_key()) keys_.end_key();
    if (--open_[depth_ - 1].missing == 0) close();
  }

  void scalar(unsigned char tag, Kind kind, std::string_view content) {
    switch (kind) {
      case Kind::string:
        return keys_.string(content);
      case Kind::binary:
        return keys_.binary(content);
      case Kind::boolean:
        return keys_.target().boolean(tag == 0xC3);
      case Kind::integer:
        return integer(tag, content);
      case Kind::floating:
        return keys_.target().floating(
            content.size() == 4
                ? static_cast<double>(std::bit_cast<float>(load_big_endian<uint32_t>(content.data())))
                : std::bit_cast<double>(load_big_endian<uint64_t>(content.data())));
      case Kind::extension:
        return extension(content);
      default:
        return keys_.target().null();
    }
  }

  void integer(unsigned char tag, std::string_view content) {
    const int64_t number = signed_integer(tag, content);
    const bool is_unsigned = tag < 0xD0;
    if (number < 0 && !is_unsigned)
      keys_.target().integer(number);
    else
      keys_.target().unsigned_integer(static_cast<uint64_t>(number));
  }

  // The bits of it, if it is an unsigned one of 64 bits.
  static int64_t signed_integer(unsigned char tag, std::string_view content) {
    const char* const p = content.data();
    switch (tag) {
      case 0xCC:
        return static_cast<unsigned char>(*p);
      case 0xCD:
        return load_big_endian<uint16_t>(p);
      case 0xCE:
        return load_big_endian<uint32_t>(p);
      case 0xD0:
        return static_cast<int8_t>(*p);
      case 0xD1:
        return static_cast<int16_t>(load_big_endian<uint16_t>(p));
      case 0xD2:
        return static_cast<int32_t>(load_big_endian<uint32_t>(p));
      case 0xCF:
      case 0xD3:
        return static_cast<int64_t>(load_big_endian<uint64_t>(p));
    }
    return static_cast<int8_t>(tag);
  }

  // Its type is the first byte.
  void extension(std::string_view typed) {
    if (typed == std::string_view("\0\0", 2))
      keys_.target().undefined();
    else
      keys_.binary(typed.substr(1));
  }

  const char* p_;
  const char* const end_;
  AnyKeys keys_;
  int depth_ = 0;
  Open open_[max_nesting];
};

}  // namespace

bool read_msgpack(wamp::Payload payload, ValueSink& sink) {
  MsgpackWalk walk(payload.bytes, sink);
  for (int i = 0; i < payload.count; ++i) walk.value();
  return walk.keys_are_strings();
}

}  // namespace serializers
