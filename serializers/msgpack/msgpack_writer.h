// Writes values as MessagePack, in their shortest form, at the end of a string. Strings must be valid UTF-8.
// The door to msgpack-c is its source.
//
// A container whose size is not known at its begin gets a header of 16 bits that is patched at its end. At
// most max_nesting of them are open at a time.
#pragma once

#include <string>

#include "serializers/base/limits.h"
#include "serializers/values/value_sink.h"

namespace serializers {

class MsgpackWriter final : public ValueSink {
 public:
  explicit MsgpackWriter(std::string& out) : out_(out) {}

  void null() override;
  void boolean(bool value) override;
  void integer(int64_t value) override;
  void unsigned_integer(uint64_t value) override;
  void floating(double value) override;
  void string(std::string_view value) override;
  void binary(std::string_view bytes) override;
  void begin_list(size_t size) override;
  void end_list(size_t size) override { end_container(size); }
  void begin_dictionary(size_t size) override;
  void key(std::string_view key) override { string(key); }
  void binary_key(std::string_view bytes) override { binary(bytes); }
  void end_dictionary(size_t size) override { end_container(size); }

  // As begin and end, for the commonest of all options and details.
  void empty_dictionary() { out_.push_back('\x80'); }

  // What ends the list of a message whose payload is put in from elsewhere.
  std::string_view end_envelope(uint8_t) { return {}; }

 private:
  void begin_unknown(char tag16);
  void end_container(size_t size);

  std::string& out_;
  size_t unpatched_count_ = 0;
  size_t unpatched_[max_nesting];  // where the headers are of open containers of unknown size
};

}  // namespace serializers
