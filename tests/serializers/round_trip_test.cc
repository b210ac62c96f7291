// Every message comes back from its bytes as it was.
#include <set>

#include "serializers/serializer.h"
#include "tests/serializers/samples.h"

namespace serializers {
namespace {

bool equal(wamp::Payload a, wamp::Payload b) {
  return a.count == b.count && a.bytes == b.bytes;
}

bool equal(wamp::Message a, wamp::Message b) {
  return std::visit(
      [&b]<class M>(M& first) {
        M* const second = std::get_if<M>(&b);
        if (!second || first.fields() != second->fields()) return false;
        if constexpr (wamp::HasPayload<M>) return equal(first.payload, second->payload);
        return true;
      },
      a);
}

class RoundTrip : public testing::TestWithParam<Format> {
 protected:
  std::deque<std::string> payloads;
  Scratch scratch;
};

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, testing::ValuesIn(all_formats),
                         [](const auto& format) { return std::string(name(format.param)); });

TEST_P(RoundTrip, HasASampleOfEveryMessageType) {
  std::set<size_t> types;
  for (const wamp::Message& message : sample_messages(GetParam(), payloads)) types.insert(message.index());
  EXPECT_EQ(types.size(), std::variant_size_v<wamp::Message>);
}

TEST_P(RoundTrip, KeepsEveryFieldAndThePayload) {
  for (const wamp::Message& message : sample_messages(GetParam(), payloads)) {
    const std::string bytes = encode(GetParam(), message);
    const auto decoded = decode(GetParam(), bytes, scratch);
    ASSERT_TRUE(decoded) << bytes << ": " << decoded.error().message;
    EXPECT_TRUE(equal(*decoded, message)) << bytes;
  }
}

TEST_P(RoundTrip, SplicesAPayloadBehindAnEnvelope) {
  for (const wamp::Message& message : sample_messages(GetParam(), payloads)) {
    std::visit(
        [&message]<class M>(const M& m) {
          if constexpr (wamp::HasPayload<M>) {
            std::string bytes = "before";
            const std::string_view end = encode_envelope(GetParam(), message, m.payload.count, bytes);
            bytes.append(m.payload.bytes).append(end);
            EXPECT_EQ(bytes, "before" + encode(GetParam(), message));
          }
        },
        message);
  }
}

TEST_P(RoundTrip, LendsAPlaceForTheSameEnvelope) {
  EnvelopeSpace space;
  std::vector<wamp::Message> messages = sample_messages(GetParam(), payloads);
  // The longest numbers that there are.
  const wamp::Event longest{wamp::SubscriptionId(UINT64_MAX), wamp::PublicationId(UINT64_MAX), {}, {}};
  messages.emplace_back(longest);
  for (const wamp::Message& message : messages) {
    for (uint8_t payload_count = 0; payload_count <= 2; ++payload_count) {
      std::string expected;
      const std::string_view tail = encode_envelope(GetParam(), message, payload_count, expected);
      const Envelope envelope = encode_envelope(GetParam(), message, payload_count, space);
      EXPECT_EQ(envelope.head, expected);
      EXPECT_EQ(envelope.tail, tail);
    }
  }
}

TEST_P(RoundTrip, LeavesStringsWhereTheyAreInTheFrame) {
  const std::string bytes = encode(GetParam(), wamp::Call{wamp::RequestId(1), {}, "com.myapp.add2", {}});
  const auto decoded = decode(GetParam(), bytes, scratch);
  const std::string_view procedure = std::get<wamp::Call>(*decoded).procedure;
  EXPECT_TRUE(procedure.data() > bytes.data() && procedure.data() < bytes.data() + bytes.size());
}

TEST_P(RoundTrip, KeepsTheBytesOfThePayloadOfABigMessage) {
  wamp::List list;
  for (int i = 0; i < 70000; ++i) list.emplace_back(i);
  std::string payload;
  wamp::Publish publish{wamp::RequestId(1), {}, "com.myapp.topic", {}};
  const uint8_t count = encode_arguments(GetParam(), {{list}, {{"text", std::string(70000, 'x')}}}, payload);
  publish.payload = {payload, count};
  const std::string bytes = encode(GetParam(), publish);
  const auto decoded = decode(GetParam(), bytes, scratch);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(std::get<wamp::Publish>(*decoded).payload.bytes, payload);
}

}  // namespace
}  // namespace serializers
