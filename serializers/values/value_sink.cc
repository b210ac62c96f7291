#include "serializers/values/value_sink.h"

namespace serializers {
namespace {

struct Sender {
  ValueSink& sink;

  void operator()(std::monostate) const { sink.null(); }
  void operator()(bool value) const { sink.boolean(value); }
  void operator()(int64_t value) const { sink.integer(value); }
  void operator()(uint64_t value) const { sink.unsigned_integer(value); }
  void operator()(double value) const { sink.floating(value); }
  void operator()(const std::string& value) const { sink.string(value); }
  void operator()(const wamp::Binary& value) const { sink.binary(value.bytes); }
  void operator()(const wamp::List& value) const { send(value, sink); }
  void operator()(const wamp::Dict& value) const { send(value, sink); }
};

}  // namespace

void send(const wamp::Value& value, ValueSink& sink) {
  std::visit(Sender{sink}, value.variant());
}

void send(const wamp::List& list, ValueSink& sink) {
  sink.begin_list(list.size());
  for (const wamp::Value& value : list) send(value, sink);
  sink.end_list(unknown_size);
}

void send(const wamp::Dict& dict, ValueSink& sink) {
  sink.begin_dictionary(dict.size());
  for (const wamp::DictEntry& entry : dict) {
    sink.key(entry.key);
    send(entry.value, sink);
  }
  sink.end_dictionary(unknown_size);
}

}  // namespace serializers
