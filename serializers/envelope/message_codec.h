// The order of a message's elements is written once, in wamp/message.h; here are the two folds over it that
// serve all formats. A format brings an ElementReader and a Writer, which is a ValueSink with end_envelope()
// (see json_writer.h); nothing else of it knows of messages.
#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "serializers/base/kind.h"
#include "serializers/base/limits.h"
#include "serializers/envelope/element_reader.h"
#include "serializers/envelope/message_taker.h"
#include "serializers/values/value_builder.h"
#include "serializers/values/value_sink.h"
#include "wamp/message.h"
#include "wamp/result.h"

namespace serializers {

// UNSUBSCRIBED and UNREGISTERED may answer no request, which is 0 then, and have details (advanced profile,
// revocation).
template <class M>
constexpr bool may_be_revocation =
    M::type == wamp::MessageType::unsubscribed || M::type == wamp::MessageType::unregistered;

// ERROR answers these only (basic profile, "ERROR").
constexpr bool is_request(uint64_t type) {
  using enum wamp::MessageType;
  for (const auto request : {publish, subscribe, unsubscribe, call, register_, unregister, invocation})
    if (type == static_cast<uint64_t>(request)) return true;
  return false;
}

// Decodes one message and hands it on; of one use.
template <ElementReader Reader>
class MessageDecoder {
 public:
  MessageDecoder(const Reader& reader, Scratch& scratch, MessageTaker take, const ValueLimits& limits)
      : reader_(reader), scratch_(scratch), take_(take), limits_(limits) {}

  wamp::Result<void> decode() {
    uint64_t type = 0;
    if (!reader_.enter_message()) return expected("a list"), error("message");
    if (!reader_.next()) return refuse("the list is empty"), error("message");
    if (!reader_.read_integer(type)) return expected("an integer"), error("message type");
    static constexpr auto decoders =
        make_decoders(std::make_index_sequence<std::variant_size_v<wamp::Message>>());
    const DecodeAs decode_as = type < decoders.size() ? decoders[type] : nullptr;
    if (decode_as) return (this->*decode_as)();
    return wamp::ProtocolError{"unknown message type" +
                               (type == UINT64_MAX ? "" : " " + std::to_string(type))};
  }

 private:
  using DecodeAs = wamp::Result<void> (MessageDecoder::*)();
  using Decoders = std::array<DecodeAs, static_cast<size_t>(wamp::MessageType::yield) + 1>;

  template <size_t... I>
  static constexpr Decoders make_decoders(std::index_sequence<I...>) {
    Decoders decoders{};
    (add_decoder<std::variant_alternative_t<I, wamp::Message>>(decoders), ...);
    return decoders;
  }
  template <class M>
  static constexpr void add_decoder(Decoders& decoders) {
    decoders[static_cast<size_t>(M::type)] = &MessageDecoder::decode_as<M>;
  }

  template <class M>
  wamp::Result<void> decode_as() {
    M message;
    bool good = read_fields(message, std::make_index_sequence<M::field_names.size()>());
    if constexpr (wamp::HasPayload<M>) good = good && read_payload(message.payload, is_encrypted(message));
    good = good && (reader_.leave_message() || refuse_count<M>(SIZE_MAX));
    if (!good) return error(wamp::name(M::type));
    take_(message);
    return {};
  }

  template <class M, size_t... I>
  bool read_fields(M& message, std::index_sequence<I...>) {
    auto fields = message.fields();
    return (read_field<M, I>(std::get<I>(fields)) && ...);
  }

  template <class M, size_t I, class T>
  bool read_field(T& field) {
    constexpr bool optional = std::is_same_v<T, std::optional<wamp::Dict>>;
    if (!reader_.next()) return (optional && !reader_.failed()) || refuse_count<M>(1 + I);
    element_ = M::field_names[I];
    if constexpr (std::is_same_v<T, wamp::RequestId>)
      return read_id(field.value, may_be_revocation<M> ? 0 : 1);
    else if constexpr (std::is_same_v<M, wamp::Hello> && std::is_same_v<T, std::string_view>)
      return reader_.kind() == Kind::null ? reader_.skip_value() : read(field);
    else
      return read(field);
  }

  template <class Tag>
  bool read(wamp::Id<Tag>& id) {
    return read_id(id.value, 1);
  }
  bool read_id(uint64_t& id, uint64_t min) {
    if (!reader_.read_integer(id)) return expected("an id");
    return (id >= min && id <= wamp::max_id) ||
           refuse("expected an id from " + std::to_string(min) + " to 2^53");
  }
  bool read(wamp::MessageType& type) {
    uint64_t value = 0;
    if (!reader_.read_integer(value)) return expected("an integer");
    type = static_cast<wamp::MessageType>(value);
    return is_request(value) || refuse("expected the type of a request");
  }
  bool read(std::string_view& text) { return reader_.read_string(text) || expected("a string"); }
  bool read(std::string& text) {
    std::string_view view;
    if (!read(view)) return false;
    text = view;
    return true;
  }
  bool read(wamp::Dict& dict) { return reader_.take_empty_dictionary() || read_entries(dict); }
  bool read(std::optional<wamp::Dict>& dict) { return read(dict.emplace()); }
  [[gnu::noinline]] bool read_entries(wamp::Dict& dict) {
    const char* const begin = reader_.position();
    if (reader_.kind() == Kind::null) return reader_.skip_value() || expected("a dictionary");
    if (reader_.kind() != Kind::dictionary) return expected("a dictionary");
    const bool is_given_up = !reader_.skip_value(limits_.bytes);
    if (reader_.failed()) return expected("a dictionary");
    const std::string_view bytes(begin, reader_.position());
    if (!is_given_up && Reader::is_empty(bytes)) return true;
    ValueBuilder builder(limits_);
    if (builder.admits(is_given_up ? SIZE_MAX : bytes.size()) && !Reader::read_values({bytes, 1}, builder))
      return reader_.fail("expected strings as keys"), expected("a dictionary");
    if (is_excess_ = !builder.excess().empty(); is_excess_) return refuse(builder.excess());
    dict = std::move(*builder.values().front().template get<wamp::Dict>());
    return true;
  }

  // What Autobahn calls payload transparency: with this attribute an encrypted payload stands as one string
  // or as binary data in the place of Arguments and ArgumentsKw.
  template <class M>
  static bool is_encrypted(const M& message) {
    const wamp::Dict* dict;
    if constexpr (requires { message.options; })
      dict = &message.options;
    else
      dict = &message.details;
    return !dict->empty() && dict->find("enc_algo");
  }

  // Many clients say null for Arguments or ArgumentsKw that they do not have.
  bool read_payload(wamp::Payload& payload, bool is_encrypted) {
    if (!reader_.next()) return !reader_.failed() || refuse("");
    element_ = "Arguments";
    const char* const begin = reader_.position();
    const Kind kind = reader_.kind();
    const bool is_opaque = is_encrypted && (kind == Kind::string || kind == Kind::binary);
    if (kind == Kind::null) [[unlikely]]
      return read_arguments_kw_alone(payload);
    if ((kind != Kind::list && !is_opaque) || !reader_.skip_value()) return expected(name(Kind::list));
    payload = {{begin, reader_.position()}, 1};
    if (is_opaque) return true;
    if (!reader_.next()) return !reader_.failed() || refuse("");
    element_ = "ArgumentsKw";
    const Kind kind_of_kw = reader_.kind();
    if (kind_of_kw == Kind::null) [[unlikely]]
      return reader_.skip_value() || refuse("");
    if (kind_of_kw != Kind::dictionary || !reader_.skip_value()) return expected(name(Kind::dictionary));
    payload = {{begin, reader_.position()}, 2};
    return true;
  }
  // Behind Arguments that are null.
  [[gnu::noinline]] bool read_arguments_kw_alone(wamp::Payload& payload) {
    if (!reader_.skip_value() || !reader_.next()) return !reader_.failed() || refuse("");
    element_ = "ArgumentsKw";
    if (reader_.kind() == Kind::null) return reader_.skip_value() || refuse("");
    const char* const begin = reader_.position();
    if (reader_.kind() != Kind::dictionary || !reader_.skip_value()) return expected(name(Kind::dictionary));
    std::string& bytes = scratch_.strings.emplace_back(Reader::empty_arguments);
    payload = {bytes.append(begin, reader_.position()), 2};
    return true;
  }

  // These keep what is wrong, and return false. Bytes that are not well-formed go before anything else.
  [[gnu::noinline]] bool refuse(std::string problem) {
    problem_ = reader_.failed() ? reader_.error() : std::move(problem);
    return false;
  }
  [[gnu::noinline]] bool expected(std::string_view what) {
    const Kind kind = reader_.kind();
    if (kind == Kind::invalid)
      problem_ = reader_.error();
    else
      problem_.append("expected ").append(what).append(", got ").append(name(kind));
    return false;
  }
  template <class M>
  bool refuse_count(size_t count) {
    constexpr size_t max = 1 + M::field_names.size() + (wamp::HasPayload<M> ? 2 : 0);
    constexpr size_t min = 1 + M::field_names.size() - (may_be_revocation<M> ? 1 : 0);
    return refuse_count(min, max, count);
  }
  [[gnu::noinline]] bool refuse_count(size_t min, size_t max, size_t count) {
    if (!reader_.failed()) element_ = {};
    const std::string most = min < max ? " to " + std::to_string(max) : "";
    return refuse("expected " + std::to_string(min) + most + " elements, got " +
                  (count > max ? "more" : std::to_string(count)));
  }
  wamp::ProtocolError error(std::string_view message) const {
    std::string text(message);
    if (!element_.empty()) text.append(".").append(element_);
    return {text.append(": ").append(problem_), is_excess_ || reader_.is_refusable()};
  }

  Reader reader_;
  Scratch& scratch_;
  const MessageTaker take_;
  const ValueLimits& limits_;
  bool is_excess_ = false;
  std::string_view element_;
  std::string problem_;
};

template <class T>
constexpr size_t element_count(const T&) {
  return 1;
}
inline size_t element_count(const std::optional<wamp::Dict>& dict) {
  return dict ? 1 : 0;
}

template <class Writer, class Tag>
void write(wamp::Id<Tag> id, Writer& writer) {
  writer.unsigned_integer(id.value);
}
template <class Writer>
void write(wamp::MessageType type, Writer& writer) {
  writer.unsigned_integer(static_cast<uint64_t>(type));
}
template <class Writer>
void write(std::string_view text, Writer& writer) {
  writer.string(text);
}
template <class Writer>
void write(const wamp::Dict& dict, Writer& writer) {
  if (dict.empty())
    writer.empty_dictionary();
  else if constexpr (std::derived_from<Writer, ValueSink>)  // a short one has no other
    send(dict, writer);
}
template <class Writer>
void write(const std::optional<wamp::Dict>& dict, Writer& writer) {
  if (dict) send(*dict, writer);
}

// Appends the message up to its payload; returns what belongs behind that.
template <class Writer, class M>
std::string_view write_envelope(const M& message, uint8_t payload_count, Writer& writer) {
  // fields() is for reading and writing; here nothing is changed.
  const auto fields = const_cast<M&>(message).fields();
  return std::apply(
      [&](const auto&... field) {
        writer.begin_list(1 + (element_count(field) + ...) + payload_count);
        writer.unsigned_integer(static_cast<uint64_t>(M::type));
        (write(field, writer), ...);
        return writer.end_envelope(payload_count);
      },
      fields);
}

// What most messages are that the router sends: ids, and options or details that are empty.
template <class Field>
constexpr bool may_be_short_field = std::is_same_v<Field, wamp::Dict>;
template <class Tag>
constexpr bool may_be_short_field<wamp::Id<Tag>> = true;
template <class Fields>
constexpr bool are_short_fields = false;
template <class... Field>
constexpr bool are_short_fields<std::tuple<Field&...>> = (may_be_short_field<Field> && ...);

template <class M>
constexpr bool may_be_short = are_short_fields<decltype(std::declval<M&>().fields())>;

// Whether a short writer is enough (short_writers.h). Precondition: may_be_short<M>.
template <class M>
bool is_short(const M& message) {
  if constexpr (requires { message.details; })
    return message.details.empty();
  else if constexpr (requires { message.options; })
    return message.options.empty();
  else
    return true;
}

}  // namespace serializers
