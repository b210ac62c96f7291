// Messages with random changes, the same ones at every run: we and the libraries agree on every one.
#include <random>

#include "serializers/serializer.h"
#include "tests/serializers/differential.h"
#include "tests/serializers/samples.h"

namespace serializers {
namespace {

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds, std::string alphabet)
      : seeds_(std::move(seeds)), alphabet_(std::move(alphabet)) {}

  std::string next() {
    std::string bytes = seeds_[below(seeds_.size())];
    for (size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) change(bytes);
    return bytes;
  }

 private:
  // std::uniform_int_distribution gives other numbers with another library.
  size_t below(size_t limit) { return random_() % limit; }

  void change(std::string& bytes) {
    const size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = alphabet_[below(alphabet_.size())];
        return;
      case 1:
        bytes[at] = static_cast<char>(below(256));
        return;
      case 2:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
        return;
      case 3:
        bytes.insert(at, 1, alphabet_[below(alphabet_.size())]);
        return;
      case 4:
        bytes.erase(at, 1 + below(3));
        return;
      case 5:
        bytes.insert(at, seeds_[below(seeds_.size())].substr(below(20), 1 + below(20)));
        return;
    }
  }

  std::mt19937 random_{20240117};
  std::vector<std::string> seeds_;
  std::string alphabet_;
};

std::vector<std::string> seeds(Format format) {
  std::deque<std::string> payloads;
  std::vector<std::string> seeds;
  for (const wamp::Message& message : sample_messages(format, payloads)) {
    seeds.push_back(encode(format, message));
    if (seeds.back().size() < 20) seeds.back().append(20, ' ');
  }
  return seeds;
}

TEST(Mutations, OfJsonMessagesAreJudgedAsByRapidJson) {
  Mutator mutator(seeds(Format::json), "\"\\{}[]:,.eE+-019u d8\x80\xC3\xED tfn");
  size_t messages = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string bytes = mutator.next();
    ASSERT_EQ(differs_from_rapidjson(bytes), "") << bytes;
    ASSERT_EQ(breaks_codec(Format::json, bytes), "") << bytes;
    Scratch scratch;
    messages += bool(decode(Format::json, bytes, scratch));
  }
  EXPECT_GT(messages, 10000u);
}

TEST(Mutations, OfMessagePackMessagesAreJudgedAsByMsgpackC) {
  Mutator mutator(seeds(Format::msgpack),
                  "\x80\x81\x90\x91\xA0\xA1\xC0\xC1\xC4\xC7\xCA\xCB\xCF\xD3\xD4\xD9\xDC\xDD\xDE\xDF\xE0\x01");
  size_t messages = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string bytes = mutator.next();
    ASSERT_EQ(differs_from_msgpack_c(bytes), "") << testing::PrintToString(bytes);
    ASSERT_EQ(breaks_codec(Format::msgpack, bytes), "") << testing::PrintToString(bytes);
    Scratch scratch;
    messages += bool(decode(Format::msgpack, bytes, scratch));
  }
  EXPECT_GT(messages, 10000u);
}

TEST(Mutations, OfCborMessagesAreJudgedAsByLibcbor) {
  Mutator mutator(
      seeds(Format::cbor),
      "\x20\x37\x3B\x40\x41\x5F\x60\x61\x7F\x80\x81\x9F\xA0\xA1\xBF\xC2\xC3\xD8\xE0\xF6\xF7\xF8\xF9\xFA\xFB"
      "\xFC\xFF\x01");
  size_t messages = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string bytes = mutator.next();
    ASSERT_EQ(differs_from_libcbor(bytes), "") << testing::PrintToString(bytes);
    ASSERT_EQ(breaks_codec(Format::cbor, bytes), "") << testing::PrintToString(bytes);
    Scratch scratch;
    messages += bool(decode(Format::cbor, bytes, scratch));
  }
  EXPECT_GT(messages, 10000u);
}

}  // namespace
}  // namespace serializers
