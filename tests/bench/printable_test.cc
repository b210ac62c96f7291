#include "bench/load/printable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/load/serializer.h"
#include "text/printable.h"

namespace bench::load {

namespace {

using namespace std::string_view_literals;

TEST(Printable, IsTheSameOfBothSerializers) {
  const List abort = {kAbort, Dict{{"message", "there is no realm \"nope\""}}, "wamp.error.no_such_realm"};
  const std::string text = R"([3,{"message":"there is no realm \"nope\""},"wamp.error.no_such_realm"])";
  EXPECT_EQ(printable(json().write(abort)), text);
  EXPECT_EQ(printable(msgpack().write(abort)), text);
  const List error = {kError, kCall, uint64_t{1} << 53, Dict{}, "com.x", List{true, false, 300, 70000}};
  EXPECT_EQ(printable(msgpack().write(error)), printable(json().write(error)));
}

TEST(Printable, ReadsWhatOtherRoutersWrite) {
  EXPECT_EQ(printable("\xdc\x00\x04\xff\xd1\xff\x00\xc0\xde\x00\x01\xa1k\xd9\x01v"sv),
            R"([-1,-256,null,{"k":"v"}])");
  EXPECT_EQ(printable("\x92\x01\xc0"sv), "[1,null]");
}

TEST(Printable, EndsWhereNothingCanBeRead) {
  EXPECT_EQ(printable("\x93\x03\x80\xaa"
                      "cut"),
            R"([3,{},"cut...)");
  EXPECT_EQ(printable("\x92\x03\xc1"), "[3,...");
  EXPECT_EQ(printable(std::string(100, '\x91')), std::string(32, '[') + "...");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, IsShortAndFitForATerminal) {
  EXPECT_EQ(printable("[\"\x1b[2J\"]"), R"(["\u001b[2J"])");
  EXPECT_EQ(text::columns(printable(msgpack().write({std::string(1000, 'x')}))), 300u);
  EXPECT_EQ(text::columns(printable(json().write({std::string(1000, 'x')}))), 300u);
}

}  // namespace

}  // namespace bench::load
