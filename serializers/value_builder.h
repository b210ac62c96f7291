// Builds our own values from what a reader sends. Without recursion, so that the input's depth costs heap
// only.
#pragma once

#include <string>
#include <vector>

#include "serializers/value_sink.h"

namespace serializers {

class ValueBuilder final : public ValueSink {
 public:
  // The values that were sent, one after the other.
  wamp::List& values() { return values_; }

  void null() override { add(wamp::Value()); }
  void undefined() override;
  void boolean(bool value) override { add(value); }
  void integer(int64_t value) override { add(value); }
  void unsigned_integer(uint64_t value) override;
  void floating(double value) override { add(value); }
  void string(std::string_view value) override { add(value); }
  void binary(std::string_view bytes) override { add(wamp::Binary{std::string(bytes)}); }
  void begin_list(size_t) override { open_.push_back({wamp::List(), {}}); }
  void end_list(size_t) override { close(); }
  void begin_dictionary(size_t) override { open_.push_back({wamp::Dict(), {}}); }
  void key(std::string_view key) override { open_.back().key = key; }
  void binary_key(std::string_view bytes) override;
  void end_dictionary(size_t) override { close(); }

 private:
  struct Open {
    wamp::Value container;
    std::string key;  // of the entry to come, if it is a dictionary
  };

  void add(wamp::Value value);
  void close();

  wamp::List values_;
  std::vector<Open> open_;
};

}  // namespace serializers
