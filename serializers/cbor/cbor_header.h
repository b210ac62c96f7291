// The head of a data item in CBOR (RFC 8949, section 3): its type and its argument. Inline, because all
// reading goes through it.
#pragma once

#include <cstdint>

#include "serializers/base/kind.h"
#include "serializers/binary/big_endian.h"

namespace serializers {

struct CborHeader {
  Kind kind = Kind::invalid;      // a tag is an extension
  bool is_indefinite = false;     // a string, list or dictionary that a break ends
  const char* content = nullptr;  // behind the head
  // Of a string its bytes, of a list its elements, of a dictionary its entries, of a tag its number; of an
  // integer the value, or if it is negative -1 minus that; of a float its bits.
  uint64_t argument = 0;
};

constexpr char cbor_break = '\xFF';

// The types of major types 0 to 6, and of the values of major type 7 that have a meaning.
inline constexpr Kind cbor_kinds[] = {Kind::integer, Kind::integer,    Kind::binary,   Kind::string,
                                      Kind::list,    Kind::dictionary, Kind::extension};

constexpr Kind cbor_kind_of_simple(unsigned additional) {
  if (additional == 20 || additional == 21) return Kind::boolean;
  if (additional == 22 || additional == 23) return Kind::null;  // and undefined
  if (additional >= 25 && additional <= 27) return Kind::floating;
  return Kind::invalid;
}

// Kind::invalid if the bytes end before the head does, at a break, and for what is reserved or unassigned.
inline CborHeader read_cbor_header(const char* p, const char* end) {
  if (p == end) return {};
  const auto first = static_cast<unsigned char>(*p++);
  const unsigned major = first >> 5;
  const unsigned additional = first & 31u;
  const Kind kind = major < 7 ? cbor_kinds[major] : cbor_kind_of_simple(additional);
  if (additional < 24) return {kind, false, p, additional};
  if (additional == 31) return {major >= 2 && major <= 5 ? kind : Kind::invalid, true, p, 0};
  if (additional > 27) return {};
  if (end - p < 1 << (additional - 24)) return {};
  switch (additional) {
    case 24:
      return {kind, false, p + 1, static_cast<unsigned char>(*p)};
    case 25:
      return {kind, false, p + 2, load_big_endian<uint16_t>(p)};
    case 26:
      return {kind, false, p + 4, load_big_endian<uint32_t>(p)};
  }
  return {kind, false, p + 8, load_big_endian<uint64_t>(p)};
}

}  // namespace serializers
