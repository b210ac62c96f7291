#include "serializers/message_start.h"

#include "serializers/cbor_reader.h"
#include "serializers/json_reader.h"
#include "serializers/lone_surrogates.h"
#include "serializers/msgpack_reader.h"
#include "serializers/value_sink.h"

namespace serializers {
namespace {

// As far as options usually may go.
constexpr size_t most_looked_through = 256 * 1024;

// Looks for two attributes and keeps nothing of the others, as they may be too many.
class AttributeFinder final : public ValueSink {
 public:
  bool acknowledge() const { return acknowledge_; }
  bool progress() const { return progress_; }

  void null() override {}
  void boolean(bool value) override {
    if (next_ && depth_ == 1) *next_ = value;
  }
  void integer(int64_t) override {}
  void unsigned_integer(uint64_t) override {}
  void floating(double) override {}
  void string(std::string_view) override {}
  void binary(std::string_view) override {}
  void begin_list(size_t) override { ++depth_; }
  void end_list(size_t) override { --depth_; }
  void begin_dictionary(size_t) override { ++depth_; }
  void key(std::string_view key) override {
    next_ = depth_ != 1            ? nullptr
            : key == "acknowledge" ? &acknowledge_
            : key == "progress"    ? &progress_
                                   : nullptr;
  }
  void binary_key(std::string_view) override { next_ = nullptr; }
  void end_dictionary(size_t) override { --depth_; }

 private:
  int depth_ = 0;
  bool* next_ = nullptr;  // whose value comes next; null: another one's
  bool acknowledge_ = false, progress_ = false;
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
  AttributeFinder finder;
  const Kind kind = reader.kind();
  const bool are_whole = (kind == Kind::null || kind == Kind::dictionary) &&
                         reader.skip(most_looked_through) &&
                         static_cast<size_t>(reader.position() - options) <= most_looked_through;
  if (are_whole && (kind == Kind::null || reader.send_dictionary({options, reader.position()}, finder))) {
    start.acknowledge = finder.acknowledge();
    start.progress = finder.progress();
  }
  return start;
}

}  // namespace

std::optional<MessageStart> decode_start(Format format, std::string_view beginning, Scratch& scratch) {
  if (!scratch.strings.empty()) scratch.strings.clear();
  const Limits limits{.max_depth = max_nesting};
  if (format == Format::msgpack) return read_start(MsgpackReader(beginning, limits));
  if (format == Format::cbor) return read_start(CborReader(beginning, scratch, limits));
  const auto replaced = without_lone_surrogates(beginning.substr(0, most_looked_through));
  return read_start(JsonReader(replaced ? *replaced : beginning, scratch, limits));
}

}  // namespace serializers
