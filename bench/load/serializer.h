// What a load generator needs of JSON and MessagePack: writes whole messages at the start, and then only ids;
// of what comes in it reads the leading integers and compares the end with the payload that was sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/wire/frame.h"
#include "client/wire/rawsocket.h"
#include "serializers/format.h"
#include "wamp/value.h"

namespace bench::load {

using wamp::Dict;
using wamp::List;

// Message types (WAMP, 6.5).
inline constexpr uint64_t kHello = 1;
inline constexpr uint64_t kWelcome = 2;
inline constexpr uint64_t kAbort = 3;
inline constexpr uint64_t kChallenge = 4;
inline constexpr uint64_t kAuthenticate = 5;
inline constexpr uint64_t kGoodbye = 6;
inline constexpr uint64_t kError = 8;
inline constexpr uint64_t kPublish = 16;
inline constexpr uint64_t kPublished = 17;
inline constexpr uint64_t kSubscribe = 32;
inline constexpr uint64_t kSubscribed = 33;
inline constexpr uint64_t kEvent = 36;
inline constexpr uint64_t kCall = 48;
inline constexpr uint64_t kResult = 50;
inline constexpr uint64_t kRegister = 64;
inline constexpr uint64_t kRegistered = 65;
inline constexpr uint64_t kInvocation = 68;
inline constexpr uint64_t kYield = 70;

// The integers that a message starts with; those that are something else stay 0. ERROR's `id` is the type of
// the request and `second` its id.
struct Head {
  uint64_t type = 0, id = 0, second = 0;
};

inline constexpr size_t kMaxIdSize = 20;  // bytes of a written id

class Serializer {
 public:
  virtual ~Serializer() = default;

  serializers::Format format() const { return format_; }
  std::string_view subprotocol() const;
  wire::Opcode opcode() const {
    return format_ == serializers::Format::json ? wire::Opcode::text : wire::Opcode::binary;
  }
  uint8_t rawsocket_number() const;  // in the handshake

  std::string write(const List& message) const;

  // Writes `id` as write() does, to room for kMaxIdSize bytes; returns its size.
  virtual size_t write_id(char* out, uint64_t id) const = 0;

  virtual Head read_head(std::string_view message) const = 0;

  // What a message ends with whose only argument is `payload`.
  virtual std::string ending(const std::string& payload) const = 0;

 protected:
  explicit Serializer(serializers::Format format) : format_(format) {}

 private:
  const serializers::Format format_;
};

const Serializer& json();
const Serializer& msgpack();

}  // namespace bench::load
