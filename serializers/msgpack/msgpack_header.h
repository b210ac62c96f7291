// The first bytes of a value in MessagePack: its type, and how long it is. Inline, because all reading goes
// through it.
#pragma once

#include <cstdint>

#include "serializers/base/kind.h"
#include "serializers/binary/big_endian.h"

namespace serializers {

struct MsgpackHeader {
  Kind kind = Kind::invalid;
  const char* content = nullptr;  // behind the header
  uint64_t length = 0;            // bytes of content; of a list its elements, of a dictionary its entries
};

// How a value of the types 0xc0 to 0xdf begins.
struct MsgpackForm {
  Kind kind;
  uint8_t length_bytes;  // of the length field
  uint8_t length;        // without it; added to it for ext, whose type is a byte more
};

inline constexpr MsgpackForm msgpack_forms[32] = {
    {Kind::null, 0, 0},       {Kind::invalid, 0, 0},   {Kind::boolean, 0, 0},    {Kind::boolean, 0, 0},
    {Kind::binary, 1, 0},     {Kind::binary, 2, 0},    {Kind::binary, 4, 0},     {Kind::extension, 1, 1},
    {Kind::extension, 2, 1},  {Kind::extension, 4, 1}, {Kind::floating, 0, 4},   {Kind::floating, 0, 8},
    {Kind::integer, 0, 1},    {Kind::integer, 0, 2},   {Kind::integer, 0, 4},    {Kind::integer, 0, 8},
    {Kind::integer, 0, 1},    {Kind::integer, 0, 2},   {Kind::integer, 0, 4},    {Kind::integer, 0, 8},
    {Kind::extension, 0, 2},  {Kind::extension, 0, 3}, {Kind::extension, 0, 5},  {Kind::extension, 0, 9},
    {Kind::extension, 0, 17}, {Kind::string, 1, 0},    {Kind::string, 2, 0},     {Kind::string, 4, 0},
    {Kind::list, 2, 0},       {Kind::list, 4, 0},      {Kind::dictionary, 2, 0}, {Kind::dictionary, 4, 0},
};

// Kind::invalid if the bytes end before the header does, or if it is 0xc1.
[[gnu::always_inline]] inline MsgpackHeader read_msgpack_header(const char* p, const char* end) {
  if (p == end) return {};
  const auto c = static_cast<unsigned char>(*p++);
  if (c <= 0x7F || c >= 0xE0) return {Kind::integer, p, 0};
  if (c <= 0x8F) return {Kind::dictionary, p, c & 0x0Fu};
  if (c <= 0x9F) return {Kind::list, p, c & 0x0Fu};
  if (c <= 0xBF) return {Kind::string, p, c & 0x1Fu};
  const MsgpackForm& form = msgpack_forms[c - 0xC0];
  if (end - p < form.length_bytes) return {};
  uint64_t length = form.length;
  switch (form.length_bytes) {
    case 1:
      length += static_cast<unsigned char>(*p);
      break;
    case 2:
      length += load_big_endian<uint16_t>(p);
      break;
    case 4:
      length += load_big_endian<uint32_t>(p);
      break;
  }
  return {form.kind, p + form.length_bytes, length};
}

// An integer whose first byte is `tag`: its value, or its 64 bits if it is negative.
struct MsgpackInteger {
  uint64_t bits;
  bool is_negative;
};

inline MsgpackInteger read_msgpack_integer(unsigned char tag, const char* content) {
  const auto signed_bits = [](int64_t value) {
    return MsgpackInteger{static_cast<uint64_t>(value), value < 0};
  };
  switch (tag) {
    case 0xCC:
      return {static_cast<unsigned char>(*content), false};
    case 0xCD:
      return {load_big_endian<uint16_t>(content), false};
    case 0xCE:
      return {load_big_endian<uint32_t>(content), false};
    case 0xCF:
      return {load_big_endian<uint64_t>(content), false};
    case 0xD0:
      return signed_bits(static_cast<int8_t>(*content));
    case 0xD1:
      return signed_bits(static_cast<int16_t>(load_big_endian<uint16_t>(content)));
    case 0xD2:
      return signed_bits(static_cast<int32_t>(load_big_endian<uint32_t>(content)));
    case 0xD3:
      return signed_bits(static_cast<int64_t>(load_big_endian<uint64_t>(content)));
  }
  return signed_bits(static_cast<int8_t>(tag));
}

}  // namespace serializers
