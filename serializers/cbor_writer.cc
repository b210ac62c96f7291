#include "serializers/cbor_writer.h"

#include <bit>

#include "serializers/big_endian.h"
#include "serializers/cbor_header.h"

namespace serializers {
namespace {

template <class T>
void append(unsigned first, T argument, std::string& out) {
  char bytes[1 + sizeof(T)];
  bytes[0] = static_cast<char>(first);
  put_big_endian(argument, bytes + 1);
  out.append(bytes, sizeof bytes);
}

}  // namespace

void CborWriter::head(unsigned major_type, uint64_t argument) {
  const unsigned first = major_type << 5;
  if (argument < 24)
    byte(first | static_cast<unsigned>(argument));
  else if (argument <= UINT8_MAX)
    append(first | 24, static_cast<uint8_t>(argument), out_);
  else if (argument <= UINT16_MAX)
    append(first | 25, static_cast<uint16_t>(argument), out_);
  else if (argument <= UINT32_MAX)
    append(first | 26, static_cast<uint32_t>(argument), out_);
  else
    append(first | 27, argument, out_);
}

void CborWriter::integer(int64_t value) {
  if (value >= 0)
    head(0, static_cast<uint64_t>(value));
  else
    head(1, static_cast<uint64_t>(-1 - value));
}

void CborWriter::floating(double value) {
  append(0xFB, std::bit_cast<uint64_t>(value), out_);
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
