// What reads a message element by element, for message_codec.h and start_reader.h. Each format has one.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "serializers/base/kind.h"
#include "serializers/base/limits.h"
#include "serializers/base/scanner.h"
#include "serializers/values/value_sink.h"
#include "wamp/message.h"

namespace serializers {

// The format's scanner, which skips elements, tells where it is and what is wrong, and these. It may also
// have a static mended(), as JSON's.
template <class R>
concept ElementReader = std::derived_from<R, Scanner> &&
    requires(R reader, const R& unchanged, uint64_t& integer, std::string_view& text, size_t most) {
  requires std::constructible_from<R, std::string_view, Scratch&, const Limits&>;
  // How a payload begins whose Arguments are empty, before its ArgumentsKw.
  { R::empty_arguments } -> std::convertible_to<std::string_view>;
  { R::true_value } -> std::convertible_to<std::string_view>;
  // What stands at the position. Kind::invalid if it cannot be a value.
  { unchanged.kind() } -> std::same_as<Kind>;
  // Into the message's list; false if there is none.
  { reader.enter_message() } -> std::same_as<bool>;
  // To the next element of it; false if there is none, or if the bytes are broken or end here.
  { reader.next() } -> std::same_as<bool>;
  // Behind the list; false unless it ends here and the bytes with it.
  { reader.leave_message() } -> std::same_as<bool>;
  // Into the dictionary at the position, false if there is none; then to the value of its next key, which
  // lives until the one after it: false at the end, or if that is not valid.
  { reader.enter_dictionary() } -> std::same_as<bool>;
  { reader.next_key(text) } -> std::same_as<bool>;
  // Each reads the element at the position; false if that is of another kind or not valid. An integer that is
  // negative or too big becomes UINT64_MAX, which is valid nowhere.
  { reader.read_integer(integer) } -> std::same_as<bool>;
  { reader.read_string(text) } -> std::same_as<bool>;
  { reader.take_empty_dictionary() } -> std::same_as<bool>;
  // Gives up what is longer than `most`, perhaps, and has not failed then.
  { reader.skip_value(most) } -> std::same_as<bool>;
  // Of what was skipped, one dictionary: whether it is known to be empty.
  { R::is_empty(text) } -> std::same_as<bool>;
  // Sends the elements of a payload that was validated: nothing is checked again. False, with all sent, if a
  // key was not a string.
  { R::read_values(wamp::Payload(), std::declval<ValueSink&>()) } -> std::same_as<bool>;
  // "invalid JSON at byte 17: control character in a string"
  { unchanged.error() } -> std::same_as<std::string>;
};

}  // namespace serializers
