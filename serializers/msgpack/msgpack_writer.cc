#include "serializers/msgpack/msgpack_writer.h"

#include <bit>
#include <cassert>

#include <msgpack/pack.hpp>

#include "serializers/binary/big_endian.h"

namespace serializers {
namespace {

struct MsgpackOutput {
  std::string& bytes;
  void write(const char* from, size_t size) { bytes.append(from, size); }
};

// In the shortest form of everything.
template <class Pack>
void pack(std::string& out, const Pack& pack) {
  MsgpackOutput output{out};
  msgpack::packer<MsgpackOutput> packer(output);
  pack(packer);
}

constexpr char list16 = '\xDC', dictionary16 = '\xDE';

}  // namespace

void MsgpackWriter::null() {
  pack(out_, [](auto& packer) { packer.pack_nil(); });
}
void MsgpackWriter::boolean(bool value) {
  pack(out_, [value](auto& packer) { value ? packer.pack_true() : packer.pack_false(); });
}
void MsgpackWriter::unsigned_integer(uint64_t value) {
  pack(out_, [value](auto& packer) { packer.pack_uint64(value); });
}
void MsgpackWriter::integer(int64_t value) {
  pack(out_, [value](auto& packer) { packer.pack_int64(value); });
}

// The library would make the integer 1 of 1.0.
void MsgpackWriter::floating(double value) {
  char bytes[9] = {'\xCB'};
  put_big_endian(std::bit_cast<uint64_t>(value), bytes + 1);
  out_.append(bytes, sizeof bytes);
}

void MsgpackWriter::string(std::string_view value) {
  pack(out_, [value](auto& packer) { packer.pack_str(static_cast<uint32_t>(value.size())); });
  out_.append(value);
}

void MsgpackWriter::binary(std::string_view bytes) {
  pack(out_, [bytes](auto& packer) { packer.pack_bin(static_cast<uint32_t>(bytes.size())); });
  out_.append(bytes);
}

void MsgpackWriter::begin_list(size_t size) {
  if (size == unknown_size) return begin_unknown(list16);
  pack(out_, [size](auto& packer) { packer.pack_array(static_cast<uint32_t>(size)); });
}
void MsgpackWriter::begin_dictionary(size_t size) {
  if (size == unknown_size) return begin_unknown(dictionary16);
  pack(out_, [size](auto& packer) { packer.pack_map(static_cast<uint32_t>(size)); });
}

void MsgpackWriter::begin_unknown(char tag16) {
  assert(unpatched_count_ < max_nesting);
  unpatched_[unpatched_count_++] = out_.size();
  out_.append({tag16, '\0', '\0'});
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
