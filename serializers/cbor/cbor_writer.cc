#include "serializers/cbor/cbor_writer.h"

#include <bit>

#include "serializers/binary/big_endian.h"
#include "serializers/cbor/cbor_header.h"

namespace serializers {

void CborWriter::head(unsigned major_type, uint64_t argument) {
  char bytes[max_cbor_head];
  out_.append(bytes, put_cbor_head(major_type, argument, bytes));
}

void CborWriter::integer(int64_t value) {
  if (value >= 0)
    head(0, static_cast<uint64_t>(value));
  else
    head(1, static_cast<uint64_t>(-1 - value));
}

void CborWriter::floating(double value) {
  char bytes[8];
  put_big_endian(std::bit_cast<uint64_t>(value), bytes);
  byte(0xFB);
  out_.append(bytes, sizeof bytes);
}

void CborWriter::string(std::string_view value) {
  head(3, value.size());
  out_.append(value);
}

void CborWriter::binary(std::string_view bytes) {
  head(2, bytes.size());
  out_.append(bytes);
}

void CborWriter::begin(unsigned major_type, size_t size) {
  if (size == unknown_size)
    byte(major_type << 5 | 31);
  else
    head(major_type, size);
}

// Of a container whose size was known, unknown_size is told here.
void CborWriter::end(size_t size) {
  if (size != unknown_size) out_.push_back(cbor_break);
}

}  // namespace serializers
