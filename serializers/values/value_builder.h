// Builds our own values from what a reader sends. Without recursion, so that the input's depth costs heap
// only. Of what is more than its limits nothing is kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "serializers/base/limits.h"
#include "serializers/values/value_sink.h"

namespace serializers {

class ValueBuilder final : public ValueSink {
 public:
  // The limits outlive it.
  explicit ValueBuilder(const ValueLimits& limits) : limits_(limits) {}

  // Whether so many bytes may be sent at all. False is an excess.
  bool admits(size_t bytes);
  // What is too much: "more than 256 entries in dictionaries (options_entries)"; empty: nothing is.
  const std::string& excess() const { return excess_; }
  // The values that were sent, one after the other, unless there is an excess.
  wamp::List& values() { return values_; }

  void null() override { add(wamp::Value()); }
  void undefined() override;
  void boolean(bool value) override { add(value); }
  void integer(int64_t value) override { add(value); }
  void unsigned_integer(uint64_t value) override { add(value); }
  void floating(double value) override { add(value); }
  void string(std::string_view value) override;
  void binary(std::string_view bytes) override;
  void begin_list(size_t) override { open(wamp::List()); }
  void end_list(size_t) override { close(); }
  void begin_dictionary(size_t) override { open(wamp::Dict()); }
  void key(std::string_view key) override;
  void binary_key(std::string_view bytes) override;
  void end_dictionary(size_t) override { close(); }

 private:
  struct Open {
    wamp::Value container;
    std::string key;  // of the entry to come, if it is a dictionary
  };

  bool exceeded() const { return !excess_.empty(); }
  void exceed(size_t limit, std::string_view what, std::string_view name);
  // Whether the next entry still has a place.
  bool count_entry();
  void add(wamp::Value value);
  void open(wamp::Value container);
  void close();

  const ValueLimits& limits_;
  size_t entries_ = 0, list_items_ = 0;
  std::string excess_;
  wamp::List values_;
  std::vector<Open> open_;
};

}  // namespace serializers
