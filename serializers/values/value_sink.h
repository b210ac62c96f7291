// The stream of values that every format is read into and written from: each reader speaks to a ValueSink,
// each writer is one, and so is ValueBuilder. Any pair of them is a transcoder.
//
// A reader tells the size of a list or dictionary either at its begin (MessagePack, our own values) or at its
// end (JSON), for all containers alike; at the other place it is unknown_size.
#pragma once

#include <cstdint>
#include <string_view>

#include "wamp/value.h"

namespace serializers {

constexpr size_t unknown_size = SIZE_MAX;

class ValueSink {
 public:
  virtual void null() = 0;
  // What JavaScript's encoders write for options that are absent: no such entry in a dictionary, else null.
  virtual void undefined() { null(); }
  virtual void boolean(bool value) = 0;
  virtual void integer(int64_t value) = 0;
  virtual void unsigned_integer(uint64_t value) = 0;
  virtual void floating(double value) = 0;
  virtual void string(std::string_view value) = 0;
  virtual void binary(std::string_view bytes) = 0;
  virtual void begin_list(size_t size) = 0;
  virtual void end_list(size_t size) = 0;
  virtual void begin_dictionary(size_t size) = 0;
  virtual void key(std::string_view key) = 0;
  virtual void binary_key(std::string_view bytes) = 0;
  virtual void end_dictionary(size_t size) = 0;

 protected:
  ~ValueSink() = default;
};

// Sends our own values to a sink. Recursive: a value is never deeper than what decode() accepts.
void send(const wamp::Value& value, ValueSink& sink);
void send(const wamp::List& list, ValueSink& sink);
void send(const wamp::Dict& dict, ValueSink& sink);

}  // namespace serializers
