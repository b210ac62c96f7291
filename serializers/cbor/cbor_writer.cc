#include "serializers/cbor/cbor_writer.h"

#include <cbor/encoding.h>

#include "serializers/cbor/cbor_header.h"

namespace serializers {
namespace {

template <class Encode, class Argument>
void append_head(std::string& out, const Encode& encode, Argument argument) {
  unsigned char bytes[9];  // the longest head
  out.append(reinterpret_cast<const char*>(bytes), encode(argument, bytes, sizeof bytes));
}

}  // namespace

void CborWriter::unsigned_integer(uint64_t value) {
  append_head(out_, cbor_encode_uint, value);
}

void CborWriter::integer(int64_t value) {
  if (value >= 0)
    append_head(out_, cbor_encode_uint, static_cast<uint64_t>(value));
  else
    append_head(out_, cbor_encode_negint, static_cast<uint64_t>(-1 - value));
}

void CborWriter::floating(double value) {
  append_head(out_, cbor_encode_double, value);
}

void CborWriter::string(std::string_view value) {
  append_head(out_, cbor_encode_string_start, value.size());
  out_.append(value);
}

void CborWriter::binary(std::string_view bytes) {
  append_head(out_, cbor_encode_bytestring_start, bytes.size());
  out_.append(bytes);
}

void CborWriter::begin_list(size_t size) {
  if (size == unknown_size) return byte(0x9F);
  append_head(out_, cbor_encode_array_start, size);
}

void CborWriter::begin_dictionary(size_t size) {
  if (size == unknown_size) return byte(0xBF);
  append_head(out_, cbor_encode_map_start, size);
}

// Of a container whose size was known, unknown_size is told here.
void CborWriter::end(size_t size) {
  if (size != unknown_size) out_.push_back(cbor_break);
}

}  // namespace serializers
