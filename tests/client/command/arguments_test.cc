// What people write for arguments.
#include "client/command/words/arguments.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/command/output/json.h"

namespace client::command {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string as_json(const Arguments& arguments) {
  return to_json(arguments.args) + to_json(arguments.kwargs);
}

std::string read(const ArgumentWords& words, const std::string& input = "") {
  return as_json(read_arguments(words, [&input] { return input; }));
}

TEST(AnArgument, IsJsonIfItIsJsonAndElseAString) {
  EXPECT_EQ(read({.words = {"1", "-2", "1.5", "true", "null", "[1,2]", R"({"a":{}})", R"("5")"}}),
            R"([1,-2,1.5,true,null,[1,2],{"a":{}},"5"]{})");
  EXPECT_EQ(read({.words = {"hello", "", "[1,", "1,2", "1 2", "tru", "-", "'x'"}}, "in"),
            R"(["hello","","[1,","1,2","1 2","tru","in","'x'"]{})");
}

TEST(AnArgument, IsAStringIfAllAreToBeStrings) {
  EXPECT_EQ(read({.words = {"1", "true"}, .entries = {"a=2"}, .as_strings = true}),
            R"(["1","true"]{"a":"2"})");
}

TEST(AnArgument, KeepsEachDigitOfANumberOrIsRefused) {
  EXPECT_EQ(read({.words = {"18446744073709551615", "-9223372036854775808", "9007199254740993"}}),
            "[18446744073709551615,-9223372036854775808,9007199254740993]{}");
  for (const std::string word :
       {"18446744073709551616", "-9223372036854775809", R"([{"a":123456789012345678901}])"})
    EXPECT_THAT([&] { read({.words = {word}}); },
                ThrowsMessage<std::invalid_argument>(HasSubstr("has more than the 64 bits")))
        << word;
  EXPECT_EQ(read({.words = {R"("\"18446744073709551616")", "1e30"}}),
            R"(["\"18446744073709551616",1e+30]{})");
}

TEST(AnArgument, ThatIsANumberOutOfRangeIsRefusedAndNotTakenForAString) {
  EXPECT_THAT(
      [] { read({.words = {"-1e400"}}); },
      ThrowsMessage<std::invalid_argument>(
          R"("-1e400" is out of the range of WAMP's floats; as a string it stays as it is: --string, or '"-1e400"')"));
  for (const std::string word : {" 1e999 ", "[1e400]", R"({"a":1e400})"})
    EXPECT_THAT([&] { read({.entries = {"k=" + word}}); },
                ThrowsMessage<std::invalid_argument>(HasSubstr("out of the range")))
        << word;
  EXPECT_THAT([] { read({.args = "[1e400]"}); },
              ThrowsMessage<std::invalid_argument>(
                  R"(--args: "[1e400]" has a number out of the range of WAMP's floats)"));
  EXPECT_EQ(read({.words = {"1e400"}, .as_strings = true}), R"(["1e400"]{})");
  EXPECT_EQ(read({.words = {"1e400 apples", "1e400-1", "\"1e400\""}}),
            R"(["1e400 apples","1e400-1","1e400"]{})");
}

TEST(AnArgument, ThatIsNotUtf8IsRefusedWithoutTouchingTheTerminal) {
  EXPECT_THAT([] { read({.words = {"a\xff\x1b[2J"}}); },
              ThrowsMessage<std::invalid_argument>(
                  R"(the argument "a\u00ff\u001b[2J" is not UTF-8, as strings of WAMP are)"));
}

TEST(KeywordArguments, AreNameAndValue) {
  EXPECT_EQ(read({.entries = {"a=1", "b=x=y", "c="}}), R"([]{"a":1,"b":"x=y","c":""})");
  for (const std::string word : {"a", "=1"})
    EXPECT_THAT([&] { read({.entries = {word}}); },
                ThrowsMessage<std::invalid_argument>("-k: expected NAME=VALUE, found \"" + word + "\""));
}

TEST(ArgumentsInJson, ComeFirstAndKeywordsOfTheirOwnCount) {
  EXPECT_EQ(read({.words = {"3"}, .entries = {"a=2"}, .args = "[1,2]", .kwargs = R"({"a":1,"b":1})"}),
            R"([1,2,3]{"a":2,"b":1})");
  EXPECT_THAT([] { read({.args = "{}"}); },
              ThrowsMessage<std::invalid_argument>("--args: expected a JSON list, found \"{}\""));
  EXPECT_THAT([] { read({.kwargs = "[1"}); },
              ThrowsMessage<std::invalid_argument>("--kwargs: expected JSON, found \"[1\""));
}

TEST(StandardInput, IsAListOfArgumentsOrBothKindsOrOneArgument) {
  EXPECT_EQ(read({.words = {"0", "-", "3"}}, "[1,2]\n"), "[0,1,2,3]{}");
  EXPECT_EQ(read({.words = {"-"}}, R"({"args":[5],"kwargs":{"a":1}})"), R"([5]{"a":1})");
  EXPECT_EQ(read({.words = {"-"}}, R"({"args":[5],"other":1})"), R"([{"args":[5],"other":1}]{})");
  EXPECT_EQ(read({.words = {"-"}}, "two\nlines\n"), R"(["two\nlines"]{})");
  EXPECT_THAT(
      [] {
        read({.words = {"-", "-"}});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("can be read once only")));
}

TEST(WhatACommandPrints, IsItsAnswer) {
  EXPECT_EQ(as_json(read_answer("")), "[]{}");
  EXPECT_EQ(as_json(read_answer("5\n")), "[5]{}");
  EXPECT_EQ(as_json(read_answer("[1,2]\n")), "[[1,2]]{}");
  EXPECT_EQ(as_json(read_answer(R"({"args":[1,2]})")), "[1,2]{}");
  EXPECT_EQ(as_json(read_answer("text\n")), R"(["text"]{})");
}

}  // namespace
}  // namespace client::command
