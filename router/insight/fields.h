// Tells what a page has of one entry: as values for those who call, or at once as text for those who ask over
// HTTP.
//
// Lives shorter than the sink, and is its only user until end().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "serializers/values/value_sink.h"

namespace router::insight {

class Fields {
 public:
  explicit Fields(serializers::ValueSink& sink) : sink_(sink) {
    sink_.begin_dictionary(serializers::unknown_size);
  }
  // Behind the last one.
  void end() { sink_.end_dictionary(size_); }

  void add(std::string_view name, std::string_view value) { of(name).string(value); }
  void add(std::string_view name, uint64_t value) { of(name).unsigned_integer(value); }
  void add(std::string_view name, double value) { of(name).floating(value); }
  void add(std::string_view name, const wamp::List& value) { send(value, of(name)); }
  // Where the value of the next one goes.
  serializers::ValueSink& of(std::string_view name) {
    ++size_;
    sink_.key(name);
    return sink_;
  }

 private:
  serializers::ValueSink& sink_;
  size_t size_ = 0;
};

}  // namespace router::insight
