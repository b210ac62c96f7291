#include "serializers/msgpack_writer.h"

#include <bit>
#include <cassert>

#include "serializers/msgpack_header.h"

namespace serializers {

template <class T>
void MsgpackWriter::tagged(unsigned tag, T value) {
  char bytes[1 + sizeof(T)];
  bytes[0] = static_cast<char>(tag);
  put_big_endian(value, bytes + 1);
  out_.append(bytes, sizeof bytes);
}

void MsgpackWriter::null() {
  byte(0xC0);
}
void MsgpackWriter::boolean(bool value) {
  byte(value ? 0xC3 : 0xC2);
}

void MsgpackWriter::unsigned_integer(uint64_t value) {
  char bytes[max_msgpack_unsigned];
  out_.append(bytes, put_msgpack_unsigned(value, bytes));
}

void MsgpackWriter::integer(int64_t value) {
  if (value >= 0)
    unsigned_integer(static_cast<uint64_t>(value));
  else if (value >= -32)
    byte(static_cast<uint8_t>(value));
  else if (value >= INT8_MIN)
    tagged(0xD0, static_cast<uint8_t>(value));
  else if (value >= INT16_MIN)
    tagged(0xD1, static_cast<uint16_t>(value));
  else if (value >= INT32_MIN)
    tagged(0xD2, static_cast<uint32_t>(value));
  else
    tagged(0xD3, static_cast<uint64_t>(value));
}

void MsgpackWriter::floating(double value) {
  tagged(0xCB, std::bit_cast<uint64_t>(value));
}

void MsgpackWriter::string(std::string_view value) {
  if (value.size() <= 31)
    byte(0xA0 | static_cast<unsigned>(value.size()));
  else if (value.size() <= UINT8_MAX)
    tagged(0xD9, static_cast<uint8_t>(value.size()));
  else if (value.size() <= UINT16_MAX)
    tagged(0xDA, static_cast<uint16_t>(value.size()));
  else
    tagged(0xDB, static_cast<uint32_t>(value.size()));
  out_.append(value);
}

void MsgpackWriter::binary(std::string_view bytes) {
  if (bytes.size() <= UINT8_MAX)
    tagged(0xC4, static_cast<uint8_t>(bytes.size()));
  else if (bytes.size() <= UINT16_MAX)
    tagged(0xC5, static_cast<uint16_t>(bytes.size()));
  else
    tagged(0xC6, static_cast<uint32_t>(bytes.size()));
  out_.append(bytes);
}

void MsgpackWriter::begin_list(size_t size) {
  begin_container(size, 0x90, 0xDC);
}
void MsgpackWriter::begin_dictionary(size_t size) {
  begin_container(size, 0x80, 0xDE);
}
void MsgpackWriter::end_list(size_t size) {
  end_container(size);
}
void MsgpackWriter::end_dictionary(size_t size) {
  end_container(size);
}

void MsgpackWriter::begin_container(size_t size, unsigned short_tag, unsigned tag16) {
  if (size == unknown_size) {
    assert(unpatched_count_ < max_nesting);
    unpatched_[unpatched_count_++] = out_.size();
    tagged(tag16, uint16_t{0});
  } else if (size <= 15) {
    byte(short_tag | static_cast<unsigned>(size));
  } else if (size <= UINT16_MAX) {
    tagged(tag16, static_cast<uint16_t>(size));
  } else {
    tagged(tag16 + 1, static_cast<uint32_t>(size));
  }
}

void MsgpackWriter::end_container(size_t size) {
  if (unpatched_count_ == 0) return;
  const size_t header = unpatched_[--unpatched_count_];
  if (size <= UINT16_MAX) {
    put_big_endian(static_cast<uint16_t>(size), out_.data() + header + 1);
    return;
  }
  out_.insert(header + 3, 2, '\0');
  out_[header] = static_cast<char>(out_[header] + 1);  // array 16 → array 32, map 16 → map 32
  put_big_endian(static_cast<uint32_t>(size), out_.data() + header + 1);
}

}  // namespace serializers
