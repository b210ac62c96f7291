#include "serializers/message_start.h"

#include "serializers/cbor_reader.h"
#include "serializers/json_reader.h"
#include "serializers/msgpack_reader.h"
#include "serializers/value_sink.h"

namespace serializers {
namespace {

// Looks for one attribute and keeps nothing of the others, as they may be too many.
class AcknowledgeFinder final : public ValueSink {
 public:
  bool found() const { return found_; }

  void null() override {}
  void boolean(bool value) override {
    if (is_next_ && depth_ == 1) found_ = value;
  }
  void integer(int64_t) override {}
  void unsigned_integer(uint64_t) override {}
  void floating(double) override {}
  void string(std::string_view) override {}
  void binary(std::string_view) override {}
  void begin_list(size_t) override { ++depth_; }
  void end_list(size_t) override { --depth_; }
  void begin_dictionary(size_t) override { ++depth_; }
  void key(std::string_view key) override { is_next_ = depth_ == 1 && key == "acknowledge"; }
  void binary_key(std::string_view) override { is_next_ = false; }
  void end_dictionary(size_t) override { --depth_; }

 private:
  int depth_ = 0;
  bool is_next_ = false;  // its value
  bool found_ = false;
};

template <class Reader>
std::optional<MessageStart> read_start(Reader reader) {
  const auto next_integer = [&reader](uint64_t max) -> std::optional<uint64_t> {
    uint64_t value = 0;
    if (!reader.next() || !reader.read_integer(value) || value == 0 || value > max) return std::nullopt;
    return value;
  };
  const auto next_type = [&]() -> std::optional<wamp::MessageType> {
    const auto code = next_integer(UINT8_MAX);
    return code ? std::optional(static_cast<wamp::MessageType>(*code)) : std::nullopt;
  };
  if (!reader.enter_message()) return std::nullopt;
  const auto type = next_type();
  if (!type) return std::nullopt;
  MessageStart start{.type = *type};
  if (start.type == wamp::MessageType::error) {
    start.request_type = next_type();
    if (!start.request_type) return std::nullopt;
  }
  const auto request = next_integer(wamp::max_id);
  // Digits at the end of the bytes may be the first ones only.
  if (!request || !reader.next()) return std::nullopt;
  start.request = wamp::RequestId(*request);
  const char* const options = reader.position();
  AcknowledgeFinder finder;
  if (reader.kind() == Kind::dictionary && reader.skip() &&
      reader.send_dictionary({options, reader.position()}, finder))
    start.acknowledge = finder.found();
  return start;
}

}  // namespace

std::optional<MessageStart> decode_start(Format format, std::string_view beginning, Scratch& scratch) {
  if (!scratch.strings.empty()) scratch.strings.clear();
  const Limits limits;
  if (format == Format::json) return read_start(JsonReader(beginning, scratch, limits));
  if (format == Format::msgpack) return read_start(MsgpackReader(beginning, limits));
  return read_start(CborReader(beginning, scratch, limits));
}

}  // namespace serializers
