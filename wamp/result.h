// A value, or what the peer did wrong. Bad input from a peer travels this way, never as an exception.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace wamp {

// The peer broke the protocol; answered by ABORT. The message says what was wrong, where, and what was
// expected, and contains nothing of the peer's payload.
struct ProtocolError {
  std::string message;
  // It costs no more than the request that it is about, which may be refused for it instead: with more than a
  // limit allows, with what cannot be carried, or with a value of an option that is not known.
  bool is_refusable = false;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(ProtocolError error) : error_(std::move(error)) {}
  // The value made in its place.
  template <class... Arguments>
  explicit Result(std::in_place_t, Arguments&&... arguments)
      : value_(std::in_place, std::forward<Arguments>(arguments)...) {}

  explicit operator bool() const { return value_.has_value(); }
  T& operator*() {
    assert(value_);
    return *value_;
  }
  const T& operator*() const {
    assert(value_);
    return *value_;
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const ProtocolError& error() const { return error_; }

 private:
  std::optional<T> value_;
  ProtocolError error_;
};

// Nothing, or what the peer did wrong.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(ProtocolError error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  const ProtocolError& error() const { return *error_; }

 private:
  std::optional<ProtocolError> error_;
};

}  // namespace wamp
