#include "serializers/cbor_values.h"

#include <cmath>
#include <string>
#include <vector>

#include <cbor/streaming.h>

#include "serializers/any_keys.h"
#include "serializers/cbor_header.h"

namespace serializers {
namespace {

constexpr uint64_t positive_bignum = 2, negative_bignum = 3;

// libcbor's events → the sink's. libcbor tells of heads and strings only, so what is open is kept here.
class CborEvents {
 public:
  explicit CborEvents(ValueSink& sink) : keys_(sink) {}

  bool keys_are_strings() const { return keys_.keys_are_strings(); }
  bool inside_a_value() const { return !open_.empty(); }

  void null() {
    scalar([](ValueSink& sink) { sink.null(); });
  }
  void undefined() {
    scalar([](ValueSink& sink) { sink.undefined(); });
  }
  void boolean(bool value) {
    scalar([value](ValueSink& sink) { sink.boolean(value); });
  }
  void floating(double value) {
    scalar([value](ValueSink& sink) { sink.floating(value); });
  }
  void unsigned_integer(uint64_t value) {
    scalar([value](ValueSink& sink) { sink.unsigned_integer(value); });
  }
  // -1 - value
  void negative_integer(uint64_t value) {
    scalar([value](ValueSink& sink) { send_negative(value, sink); });
  }

  void string(std::string_view text) {
    if (is_in(Type::string)) return void(text_.append(text));
    begin_value();
    keys_.string(text);
    end_value();
  }
  void binary(std::string_view bytes) {
    if (is_in(Type::binary)) return void(text_.append(bytes));
    begin_value();
    send_binary(bytes);
    end_value();
  }
  void begin_string() { open_chunks(Type::string); }
  void begin_binary() { open_chunks(Type::binary); }

  void begin_list(size_t size) {
    begin_value();
    keys_.target().begin_list(unknown_size);
    open(Type::list, size);
  }
  void begin_dictionary(size_t size) {
    begin_value();
    keys_.begin_dictionary(unknown_size);
    open(Type::dictionary, size == unknown_size ? size : 2 * size);
  }
  void tag(uint64_t number) {
    begin_value();
    open(Type::tag, 1);
    open_.back().tag = number;
  }
  void end_indefinite() {
    close();
    end_value();
  }

 private:
  enum class Type : uint8_t { list, dictionary, string, binary, tag };
  struct Open {
    Type type;
    uint64_t size;  // values, unknown_size: until a break
    uint64_t count = 0;
    uint64_t tag = 0;
  };

  static void send_negative(uint64_t value, ValueSink& sink) {
    if (value <= static_cast<uint64_t>(INT64_MAX))
      sink.integer(-1 - static_cast<int64_t>(value));
    else
      sink.floating(-1.0 - static_cast<double>(value));
  }

  bool is_in(Type type) const { return !open_.empty() && open_.back().type == type; }

  template <class Send>
  void scalar(const Send& send) {
    begin_value();
    send(keys_.target());
    end_value();
  }

  void begin_value() {
    if (is_in(Type::dictionary) && open_.back().count % 2 == 0) keys_.begin_key();
  }
  void end_value() {
    while (!open_.empty()) {
      Open& around = open_.back();
      if (around.type == Type::dictionary && around.count % 2 == 0) keys_.end_key();
      if (++around.count != around.size) return;
      close();
    }
  }

  void open(Type type, uint64_t size) {
    open_.push_back({type, size});
    if (size > 0) return;
    close();
    end_value();
  }
  void open_chunks(Type type) {
    begin_value();
    text_.clear();
    open(type, unknown_size);
  }
  void close() {
    const Open closed = open_.back();
    open_.pop_back();
    switch (closed.type) {
      case Type::list:
        return keys_.target().end_list(closed.count);
      case Type::dictionary:
        return keys_.end_dictionary(closed.count / 2);
      case Type::string:
        return keys_.string(text_);
      case Type::binary:
        return send_binary(text_);
      case Type::tag:
        return;
    }
  }

  // RFC 8949, section 3.4.3
  void send_binary(std::string_view bytes) {
    const uint64_t tag = is_in(Type::tag) ? open_.back().tag : 0;
    if (tag != positive_bignum && tag != negative_bignum) return keys_.binary(bytes);
    while (bytes.starts_with('\0')) bytes.remove_prefix(1);
    uint64_t integer = 0;
    double number = 0;
    for (const char c : bytes) {
      integer = integer << 8 | static_cast<unsigned char>(c);
      number = number * 256 + static_cast<unsigned char>(c);
    }
    ValueSink& sink = keys_.target();
    if (bytes.size() > sizeof integer)
      sink.floating(tag == positive_bignum ? number : -1 - number);
    else if (tag == positive_bignum)
      sink.unsigned_integer(integer);
    else
      send_negative(integer, sink);
  }

  AnyKeys keys_;
  std::vector<Open> open_;
  std::string text_;  // of the string that comes in chunks
};

CborEvents& events(void* context) {
  return *static_cast<CborEvents*>(context);
}
std::string_view view(cbor_data bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
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
    .byte_string_start = [](void* context) { events(context).begin_binary(); },
    .byte_string = [](void* context, cbor_data bytes,
                      size_t size) { events(context).binary(view(bytes, size)); },
    .string = [](void* context, cbor_data text, size_t size) { events(context).string(view(text, size)); },
    .string_start = [](void* context) { events(context).begin_string(); },
    .indef_array_start = [](void* context) { events(context).begin_list(unknown_size); },
    .array_start = [](void* context, size_t size) { events(context).begin_list(size); },
    .indef_map_start = [](void* context) { events(context).begin_dictionary(unknown_size); },
    .map_start = [](void* context, size_t size) { events(context).begin_dictionary(size); },
    .tag = [](void*, uint64_t) {},
    .float2 = [](void* context, float value) { events(context).floating(value); },
    .float4 = [](void* context, float value) { events(context).floating(value); },
    .float8 = [](void* context, double value) { events(context).floating(value); },
    .undefined = [](void* context) { events(context).undefined(); },
    .null = [](void* context) { events(context).null(); },
    .boolean = [](void* context, bool value) { events(context).boolean(value); },
    .indef_break = [](void* context) { events(context).end_indefinite(); },
};

}  // namespace

bool read_cbor(wamp::Payload payload, ValueSink& sink) {
  CborEvents events(sink);
  const char* at = payload.bytes.data();
  const char* const end = at + payload.bytes.size();
  for (int values = 0; values < payload.count;) {
    // libcbor 0.8 refuses the tags 6 to 20.
    if (const CborHeader header = read_cbor_header(at, end); header.kind == Kind::extension) {
      events.tag(header.argument);
      at = header.content;
      continue;
    }
    const cbor_decoder_result result = cbor_stream_decode(reinterpret_cast<cbor_data>(at),
                                                          static_cast<size_t>(end - at), &callbacks, &events);
    if (result.status != CBOR_DECODER_FINISHED) break;
    at += result.read;
    values += !events.inside_a_value();
  }
  return events.keys_are_strings();
}

}  // namespace serializers
