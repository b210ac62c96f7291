// What most messages are, they are without a single allocation.
#include <cstdlib>
#include <new>

#include "serializers/serializer.h"

namespace {

thread_local size_t allocations = 0;

}  // namespace

[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* const p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, size_t) noexcept {
  std::free(p);
}

namespace serializers {
namespace {

size_t allocations_of_decoding(Format format, std::string_view bytes) {
  Scratch scratch;
  const size_t before = allocations;
  const auto message = decode(format, bytes, scratch);
  const size_t count = allocations - before;
  EXPECT_TRUE(message) << message.error().message;
  return count;
}

TEST(Allocation, IsNotNeededToDecodeAMessageWithEmptyOptions) {
  using namespace std::string_literals;
  for (
      const std::string& json :
      {R"([48,1,{},"com.myapp.procedure.with.a.long.name",["a long text, longer than a short string"],{"a":[1.5]}])"s,
       R"([16,1,{},"com.myapp.topic.with.a.long.long.name",[[[[]]]]])"s, R"([70,1,{},[],{"x":null}])"s}) {
    EXPECT_EQ(allocations_of_decoding(Format::json, json), 0u) << json;
    for (const Format binary : {Format::msgpack, Format::cbor}) {
      std::string bytes;
      transcode(Format::json, binary, {json, 1}, bytes);
      EXPECT_EQ(allocations_of_decoding(binary, bytes), 0u) << json;
    }
  }
}

TEST(Allocation, IsCountedAtAll) {
  EXPECT_GT(allocations_of_decoding(Format::json, R"([48,1,{"timeout":1},"com.myapp.a"])"), 0u);
}

TEST(Allocation, IsNotNeededToEncodeAnEnvelopeIntoAStringWithRoom) {
  const wamp::Message message =
      wamp::Invocation{wamp::RequestId(wamp::max_id), wamp::RegistrationId(7), {}, {}};
  std::string out;
  out.reserve(200);
  for (const Format format : all_formats) {
    const size_t before = allocations;
    encode_envelope(format, message, 2, out);
    EXPECT_EQ(allocations, before);
  }
}

}  // namespace
}  // namespace serializers
