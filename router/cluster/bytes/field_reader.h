// Reads lists of fields in MessagePack, of which nothing is trusted.
//
// After the first thing that is wrong it reads zeros and empty texts, so only the end asks. No recursion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serializers/base/kind.h"
#include "serializers/msgpack/msgpack_header.h"
#include "serializers/msgpack/msgpack_scanner.h"

namespace router::cluster {

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : scanner_(bytes, deepest_unknown_field) {}

  bool is_good() const { return !scanner_.failed(); }
  bool is_at_end() const { return scanner_.at_end(); }
  void refuse() { scanner_.fail("unexpected value"); }

  // A list whose first `known` elements `read` reads; those behind them are passed over.
  template <class Read>
  void fields(uint64_t known, const Read& read) {
    const uint64_t count = enter();
    if (count < known) refuse();
    if (!is_good()) return;
    read();
    for (uint64_t i = known; i < count && is_good(); ++i) scanner_.skip_value();
  }

  // A list of which `read` reads each element. Whoever keeps them reserves nothing before: the count is only
  // said.
  template <class Read>
  void each(const Read& read) {
    const uint64_t count = enter();
    for (uint64_t i = 0; i < count && is_good(); ++i) read();
  }

  // Whether null stands there, which is passed then.
  bool null() {
    const serializers::MsgpackHeader head = header();
    if (head.kind != serializers::Kind::null) return false;
    scanner_.move_to(head.content);
    return true;
  }

  // Refuses what is above `most`.
  uint64_t number(uint64_t most = UINT64_MAX) {
    const char* const begin = scanner_.position();
    const std::string_view content = take(serializers::Kind::integer);
    if (!is_good()) return 0;
    const auto integer =
        serializers::read_msgpack_integer(static_cast<unsigned char>(*begin), content.data());
    if (!integer.is_negative && integer.bits <= most) return integer.bits;
    refuse();
    return 0;
  }

  std::string text() {
    const serializers::MsgpackHeader head = header();
    if (head.kind != serializers::Kind::string) refuse();
    return is_good() ? std::string(scanner_.take_string(head)) : std::string();
  }

  std::string binary() { return std::string(take(serializers::Kind::binary)); }

 private:
  static constexpr int deepest_unknown_field = 32;

  serializers::MsgpackHeader header() const {
    return is_good() ? scanner_.header() : serializers::MsgpackHeader();
  }

  uint64_t enter() {
    const serializers::MsgpackHeader head = header();
    if (head.kind != serializers::Kind::list) refuse();
    return is_good() && scanner_.enter_list(head.content, head.length) ? head.length : 0;
  }

  std::string_view take(serializers::Kind kind) {
    const serializers::MsgpackHeader head = header();
    if (head.kind != kind) refuse();
    return is_good() ? scanner_.take_content(head) : std::string_view();
  }

  serializers::MsgpackScanner scanner_;
};

}  // namespace router::cluster
