// One message of each type, and more where a type has more than one form.
#pragma once

#include <iterator>
#include <vector>

#include "serializers/cbor/cbor_writer.h"
#include "serializers/json/json_writer.h"
#include "serializers/msgpack/msgpack_writer.h"
#include "serializers/serializer.h"

namespace serializers {

// A message as its list of values, right or wrong.
inline void encode_value(Format format, const wamp::Value& value, std::string& out) {
  JsonWriter json(out);
  MsgpackWriter msgpack(out);
  CborWriter cbor(out);
  ValueSink* const writers[] = {&json, &msgpack, &cbor};
  static_assert(std::size(writers) == format_count);
  send(value, *writers[static_cast<size_t>(format)]);
}

// With payloads in that format, which are in `payloads`.
inline std::vector<wamp::Message> sample_messages(Format format, std::deque<std::string>& payloads) {
  using namespace wamp;
  const auto payload = [&](const Arguments& arguments) {
    std::string& bytes = payloads.emplace_back();
    const uint8_t count = encode_arguments(format, arguments, bytes);
    return Payload{bytes, count};
  };
  const RequestId request(7814135);
  const Dict details = {{"disclose_me", true},
                        {"timeout", 30000},
                        {"trustlevel", 1.5},
                        {"match", "exact"},
                        {"eligible", List{1, 2, Value(uint64_t{1} << 63)}},
                        {"roles", Dict{{"caller", Dict{}}}},
                        {"_extra", List{Value(), -1, Binary{"\x01\xFF"}}}};
  const Payload none;
  const Payload args = payload({{"Hello, world!", 1, 2.0}, {}});
  const Payload kwargs = payload({{}, {{"name", "Jürgen"}, {"tags", List{true, Value()}}}});
  return {
      Hello{"com.myapp.realm", details},
      Welcome{SessionId(max_id), details},
      Abort{{{"message", "The realm does not exist."}}, "wamp.error.no_such_realm", none},
      Abort{{}, "wamp.close.system_shutdown", kwargs},
      Challenge{"wampcra", {{"challenge", "{\"nonce\": \"x\"}"}}},
      Authenticate{"gir1mSx+deCDUV7wRM5SGIn/+R/ClqLZuH4m7FJeBVI=", {}},
      Goodbye{{{"message", "bye"}}, "wamp.close.close_realm"},
      Error{MessageType::call, request, {}, "com.myapp.error.object_write_protected", none},
      Error{MessageType::invocation, request, details, "com.myapp.error", args},
      Publish{request, {}, "com.myapp.mytopic1", none},
      Publish{request, details, "com.myapp.mytopic1", kwargs},
      Publish{request, {{"acknowledge", true}, {"exclude_me", false}}, "com.myapp.mytopic1", none},
      Published{request, PublicationId(4429313566)},
      Subscribe{request, {{"match", "prefix"}}, "com.myapp."},
      Subscribed{request, SubscriptionId(1)},
      Unsubscribe{request, SubscriptionId(5512315355)},
      Unsubscribed{request, std::nullopt},
      Unsubscribed{RequestId(), Dict{{"subscription", 1293}, {"reason", "wamp.subscription.revoke"}}},
      Event{SubscriptionId(5512315355), PublicationId(4429313566), {}, none},
      Event{SubscriptionId(5512315355), PublicationId(4429313566), {{"topic", "com.myapp.a"}}, args},
      Call{request, {}, "com.myapp.ping", none},
      Call{request, details, "com.myapp.add2", args},
      Call{request, {{"receive_progress", true}, {"progress", true}}, "com.myapp.upload", none},
      Call{request, {}, "com.myapp.user.new", kwargs},
      Cancel{request, {{"mode", "killnowait"}}},
      CallResult{request, {}, args},
      CallResult{request, {{"progress", true}}, kwargs},
      Register{request, {{"invoke", "roundrobin"}}, "com.myapp.myprocedure1"},
      Registered{request, RegistrationId(2103333224)},
      Unregister{request, RegistrationId(2103333224)},
      Unregistered{request, std::nullopt},
      Unregistered{RequestId(), Dict{{"registration", 1293}}},
      Invocation{request, RegistrationId(9823529), {{"caller", 3335656}}, none},
      Invocation{request, RegistrationId(9823529), {}, kwargs},
      Interrupt{request, {{"mode", "kill"}}},
      Yield{request, {}, args},
      Yield{request, {{"progress", true}}, none},
  };
}

}  // namespace serializers
