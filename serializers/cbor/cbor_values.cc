#include <string>
#include <utility>

#include <cbor/streaming.h>

#include "serializers/binary/nested_values.h"
#include "serializers/cbor/cbor_reader.h"

namespace serializers {
namespace {

constexpr uint64_t positive_bignum = 2, negative_bignum = 3;

// libcbor's events → the sink's. libcbor tells of heads and strings only.
class CborEvents {
 public:
  CborEvents(ValueSink& sink, NestedValues::Dictionaries dictionaries)
      : values_(sink, NestedValues::SizesAt::end, dictionaries) {}

  NestedValues& values() { return values_; }
  bool is_in_a_value() const { return chunks_ != Kind::invalid || values_.is_in_a_value(); }

  void unsigned_integer(uint64_t value) {
    values_.scalar([value](ValueSink& sink) { sink.unsigned_integer(value); });
  }
  void floating(double value) {
    values_.scalar([value](ValueSink& sink) { sink.floating(value); });
  }
  // -1 - value
  void negative_integer(uint64_t value) {
    if (value > static_cast<uint64_t>(INT64_MAX)) return floating(-1.0 - static_cast<double>(value));
    values_.scalar([value](ValueSink& sink) { sink.integer(-1 - static_cast<int64_t>(value)); });
  }

  void string(std::string_view text) {
    if (chunks_ == Kind::string)
      text_.append(text);
    else
      values_.string(text);
  }
  void binary(std::string_view bytes) {
    if (chunks_ == Kind::binary)
      text_.append(bytes);
    else
      send_binary(bytes);
  }
  // Of a string or binary data in chunks.
  void begin_chunks(Kind kind) {
    chunks_ = kind;
    text_.clear();
  }
  void end_indefinite() {
    switch (std::exchange(chunks_, Kind::invalid)) {
      case Kind::string:
        return values_.string(text_);
      case Kind::binary:
        return send_binary(text_);
      default:
        values_.end();
    }
  }

 private:
  // RFC 8949, section 3.4.3
  void send_binary(std::string_view bytes) {
    const uint64_t tag = values_.tag();
    if (tag != positive_bignum && tag != negative_bignum) return values_.binary(bytes);
    while (bytes.starts_with('\0')) bytes.remove_prefix(1);
    uint64_t integer = 0;
    double number = 0;
    for (const char c : bytes) {
      integer = integer << 8 | static_cast<unsigned char>(c);
      number = number * 256 + static_cast<unsigned char>(c);
    }
    if (bytes.size() > sizeof integer)
      floating(tag == positive_bignum ? number : -1 - number);
    else if (tag == positive_bignum)
      unsigned_integer(integer);
    else
      negative_integer(integer);
  }

  NestedValues values_;
  Kind chunks_ = Kind::invalid;  // of what the chunks are that come
  std::string text_;             // of them
};

CborEvents& events(void* context) {
  return *static_cast<CborEvents*>(context);
}
std::string_view view(cbor_data bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}
template <class Send>
void on_scalar(void* context, const Send& send) {
  events(context).values().scalar(send);
}
template <class T>
void on_unsigned(void* context, T value) {
  events(context).unsigned_integer(value);
}
template <class T>
void on_negative(void* context, T value) {
  events(context).negative_integer(value);
}

constexpr cbor_callbacks callbacks = {
    .uint8 = on_unsigned<uint8_t>,
    .uint16 = on_unsigned<uint16_t>,
    .uint32 = on_unsigned<uint32_t>,
    .uint64 = on_unsigned<uint64_t>,
    .negint64 = on_negative<uint64_t>,
    .negint32 = on_negative<uint32_t>,
    .negint16 = on_negative<uint16_t>,
    .negint8 = on_negative<uint8_t>,
    .byte_string_start = [](void* context) { events(context).begin_chunks(Kind::binary); },
    .byte_string = [](void* context, cbor_data bytes,
                      size_t size) { events(context).binary(view(bytes, size)); },
    .string = [](void* context, cbor_data text, size_t size) { events(context).string(view(text, size)); },
    .string_start = [](void* context) { events(context).begin_chunks(Kind::string); },
    .indef_array_start = [](void* context) { events(context).values().begin_list(unknown_size); },
    .array_start = [](void* context, size_t size) { events(context).values().begin_list(size); },
    .indef_map_start = [](void* context) { events(context).values().begin_dictionary(unknown_size); },
    .map_start = [](void* context, size_t size) { events(context).values().begin_dictionary(size); },
    .tag = [](void*, uint64_t) {},
    .float2 = [](void* context, float value) { events(context).floating(value); },
    .float4 = [](void* context, float value) { events(context).floating(value); },
    .float8 = [](void* context, double value) { events(context).floating(value); },
    .undefined = [](void* context) { on_scalar(context, [](ValueSink& sink) { sink.undefined(); }); },
    .null = [](void* context) { on_scalar(context, [](ValueSink& sink) { sink.null(); }); },
    .boolean = [](void* context,
                  bool value) { on_scalar(context, [value](ValueSink& sink) { sink.boolean(value); }); },
    .indef_break = [](void* context) { events(context).end_indefinite(); },
};

// Moves behind the value.
void read_value(const char*& at, const char* end, CborEvents& events) {
  do {
    const CborHeader header = read_cbor_header(at, end);
    if ((header.kind == Kind::list || header.kind == Kind::dictionary) && events.values().is_at_key()) {
      events.values().key_in_json([&](ValueSink& writer) {
        CborEvents key(writer, NestedValues::Dictionaries::as_lists);
        read_value(at, end, key);
      });
    } else if (header.kind == Kind::extension) {  // libcbor 0.8 refuses the tags 6 to 20
      events.values().begin_tag(header.argument);
      at = header.content;
    } else {
      const auto bytes = reinterpret_cast<cbor_data>(at);
      const auto result = cbor_stream_decode(bytes, static_cast<size_t>(end - at), &callbacks, &events);
      if (result.status != CBOR_DECODER_FINISHED) return;
      at += result.read;
    }
  } while (events.is_in_a_value());
}

}  // namespace

bool CborReader::read_values(wamp::Payload payload, ValueSink& sink) {
  CborEvents events(sink, NestedValues::Dictionaries::as_such);
  const char* at = payload.bytes.data();
  for (int i = 0; i < payload.count; ++i) read_value(at, payload.bytes.data() + payload.bytes.size(), events);
  return events.values().keys_are_strings();
}

}  // namespace serializers
