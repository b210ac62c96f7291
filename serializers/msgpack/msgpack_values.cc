#include <bit>

#include "serializers/binary/nested_values.h"
#include "serializers/msgpack/msgpack_reader.h"

namespace serializers {
namespace {

// One pass over valid bytes, without recursion, but for one into a key.
class MsgpackWalk {
 public:
  using Dictionaries = NestedValues::Dictionaries;

  MsgpackWalk(std::string_view bytes, ValueSink& sink, Dictionaries dictionaries = Dictionaries::as_such)
      : p_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        values_(sink, NestedValues::SizesAt::begin, dictionaries) {}

  bool keys_are_strings() const { return values_.keys_are_strings(); }

  void value() {
    do {
      const auto tag = static_cast<unsigned char>(*p_);
      const MsgpackHeader header = read_msgpack_header(p_, end_);
      const bool is_container = header.kind == Kind::list || header.kind == Kind::dictionary;
      if (is_container && values_.is_at_key()) {
        container_key();
        continue;
      }
      p_ = header.content;
      if (header.kind == Kind::list) {
        values_.begin_list(header.length);
      } else if (header.kind == Kind::dictionary) {
        values_.begin_dictionary(header.length);
      } else {
        p_ += header.length;
        scalar(tag, header.kind, {header.content, header.length});
      }
    } while (values_.is_in_a_value());
  }

 private:
  [[gnu::noinline]] void container_key() {
    values_.key_in_json([this](ValueSink& writer) {
      MsgpackWalk key({p_, end_}, writer, Dictionaries::as_lists);
      key.value();
      p_ = key.p_;
    });
  }

  void scalar(unsigned char tag, Kind kind, std::string_view content) {
    switch (kind) {
      case Kind::string:
        return values_.string(content);
      case Kind::binary:
        return values_.binary(content);
      case Kind::boolean:
        return values_.scalar([tag](ValueSink& sink) { sink.boolean(tag == 0xC3); });
      case Kind::integer:
        return integer(read_msgpack_integer(tag, content.data()));
      case Kind::floating:
        return floating(content);
      case Kind::extension:
        return extension(content);
      default:
        values_.scalar([](ValueSink& sink) { sink.null(); });
    }
  }

  void integer(MsgpackInteger integer) {
    values_.scalar([integer](ValueSink& sink) {
      if (integer.is_negative)
        sink.integer(static_cast<int64_t>(integer.bits));
      else
        sink.unsigned_integer(integer.bits);
    });
  }

  void floating(std::string_view content) {
    const double value = content.size() == sizeof(float)
                             ? std::bit_cast<float>(load_big_endian<uint32_t>(content.data()))
                             : std::bit_cast<double>(load_big_endian<uint64_t>(content.data()));
    values_.scalar([value](ValueSink& sink) { sink.floating(value); });
  }

  // Its type is the first byte.
  void extension(std::string_view typed) {
    if (typed == std::string_view("\0\0", 2))
      values_.scalar([](ValueSink& sink) { sink.undefined(); });
    else
      values_.binary(typed.substr(1));
  }

  const char* p_;
  const char* const end_;
  NestedValues values_;
};

}  // namespace

bool MsgpackReader::read_values(wamp::Payload payload, ValueSink& sink) {
  MsgpackWalk walk(payload.bytes, sink);
  for (int i = 0; i < payload.count; ++i) walk.value();
  return walk.keys_are_strings();
}

}  // namespace serializers
