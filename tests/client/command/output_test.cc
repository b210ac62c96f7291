// What people and other programs see.
#include "client/command/output/output.h"

#include <cerrno>
#include <csignal>
#include <future>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "client/command/output/json.h"
#include "client/command/output/table.h"
#include "client/command/words/duration.h"
#include "text/printable.h"

namespace client::command {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using testing::ElementsAre;

TEST(Printable, LeavesNothingThatMovesACursorOrHidesWhatStandsThere) {
  EXPECT_EQ(text::printable("plain äöü 漢字 🙂"), "plain äöü 漢字 🙂");
  EXPECT_EQ(text::printable("\x1b[31m\a\x7f\n"), R"(\u001b[31m\u0007\u007f\u000a)");
  EXPECT_EQ(text::printable("\u009b2J\u202egnp.exe\u2028"), R"(\u009b2J\u202egnp.exe\u2028)");
  EXPECT_EQ(text::printable("\xff\xc3"), R"(\u00ff\u00c3)");
  EXPECT_EQ(text::printable("a\n\tb\x1b", true), "a\n\tb\\u001b");
}

TEST(Printable, IsCutWhereTheColumnsEnd) {
  EXPECT_EQ(text::columns("a漢é"), 4U);
  EXPECT_EQ(text::cut("abcdef", 6), "abcdef");
  EXPECT_EQ(text::cut("abcdef", 4), "abc…");
  EXPECT_EQ(text::cut("漢字漢字", 5), "漢字…");
  EXPECT_EQ(text::cut("漢字漢字", 4), "漢…");
  EXPECT_EQ(text::cut("abc", 0), "");
}

TEST(PrintableText, TakesTheColumnsOfWhatIsSeenAsOneCharacter) {
  for (const std::string emoji : {"🙂", "🚀", "🇩🇪", "👍🏽", "👩‍👩‍👧", "👩‍❤️‍👨",
                                  "👩‍⚕️", "🤷‍♀️", "❤️"}) {
    EXPECT_EQ(text::columns(emoji), 2U) << emoji;
    EXPECT_EQ(text::columns("a" + emoji + "b"), 4U) << emoji;
    EXPECT_EQ(text::cut("a" + emoji + "bcd", 4), "a" + emoji + "…") << emoji;
    EXPECT_EQ(text::cut("a" + emoji + "bcd", 3), "a…") << emoji;
  }
  EXPECT_EQ(text::columns("🇩🇪🇫🇷🇮"), 5U);
  EXPECT_EQ(text::columns("a\u200Db"), 2U);
  EXPECT_EQ(text::columns("🙂\u200Dab"), 4U);
  EXPECT_EQ(text::columns("\u200Dab"), 2U);
  EXPECT_EQ(text::columns("\u200D🙂"), 2U);
  EXPECT_EQ(text::cut("🙂\u200Dabcd", 4), "🙂\u200Da…");
}

TEST(AResult, IsOneLineOfJson) {
  EXPECT_EQ(to_text(Payload({5, "\x1b\u009b"}, {{"a", 1.0}}), Form::json),
            R"({"args":[5,"\u001b\u009b"],"kwargs":{"a":1.0}})");
  EXPECT_EQ(to_text(Payload(), Form::json), R"({"args":[],"kwargs":{}})");
}

TEST(AResult, IsItsFirstArgumentForScripts) {
  EXPECT_EQ(to_text(Payload({"a\nb", 2}), Form::raw), "a\nb");
  EXPECT_EQ(to_text(Payload({wamp::Value(wamp::List{1, "x"})}), Form::raw), R"([1,"x"])");
  EXPECT_EQ(to_text(Payload({wamp::Binary{"\xff"}}), Form::raw), "\xff");
  EXPECT_EQ(to_text(Payload(), Form::raw), "");
}

TEST(AResult, IsReadableOnATerminal) {
  EXPECT_EQ(to_text(Payload({"a\nb\x1b"}), Form::readable), "a\nb\\u001b");
  EXPECT_EQ(to_text(Payload({1, 2}), Form::readable), R"({"args":[1,2],"kwargs":{}})");
  const std::string word(40, 'x');
  EXPECT_EQ(to_text(Payload({wamp::Value(wamp::List{word, wamp::Dict{{"a", word}}})}), Form::readable),
            "[\n  \"" + word + "\",\n  {\"a\":\"" + word + "\"}\n]");
}

TEST(AnError, IsItsUriAndWhatItSays) {
  EXPECT_EQ(to_text("com.example.oops", Payload({"it broke\x1b"})), "com.example.oops: it broke\\u001b");
  EXPECT_EQ(to_text("com.example.oops", Payload()), "com.example.oops");
  EXPECT_EQ(to_text("com.example.oops", Payload({1})), R"(com.example.oops: {"args":[1],"kwargs":{}})");
}

TEST(ATable, CutsItsWidestTextsToTheTerminal) {
  Table table({{"SESSION", true}, {"AUTHID"}, {"PEER"}});
  table.add({"7", "joe\n", "127.0.0.1:1234567890"});
  table.add({"12345", "ann", "10.0.0.1"});
  EXPECT_THAT(table.lines(0),
              ElementsAre("SESSION  AUTHID     PEER",  //
                          "      7  joe\\u000a  127.0.0.1:1234567890", "  12345  ann        10.0.0.1"));
  EXPECT_THAT(table.lines(30),
              ElementsAre("SESSION  AUTHID     PEER",  //
                          "      7  joe\\u000a  127.0.0.1…", "  12345  ann        10.0.0.1"));
  EXPECT_THAT(table.lines(10), ElementsAre("SESSION  …", "      7  …", "  12345  …"));
}

TEST(ADuration, HasAUnitOrIsSeconds) {
  EXPECT_EQ(read_duration("500ms"), milliseconds(500));
  EXPECT_EQ(read_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(read_duration("2"), milliseconds(2000));
  EXPECT_EQ(read_duration("2m"), milliseconds(120000));
  EXPECT_EQ(read_duration("1h"), milliseconds(3600000));
  for (const std::string word : {"", "s", "-1s", "1d", "nan", "inf", "1e30s", "1 s", "400000h"})
    EXPECT_EQ(read_duration(word), std::nullopt) << word;
}

TEST(ATime, IsShortForPeople) {
  EXPECT_EQ(to_text(nanoseconds(123456)), "123 µs");
  EXPECT_EQ(to_text(milliseconds(12)), "12.00 ms");
  EXPECT_EQ(to_text(milliseconds(1230)), "1.23 s");
  EXPECT_EQ(to_text(std::chrono::system_clock::time_point(milliseconds(1764500000123))),
            "2025-11-30T10:53:20.123Z");
}

TEST(StandardOutput, ThatNobodyReadsIsSaidOnceAndQuietly) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Output output(ends[1]);
  std::vector<int> closed;
  output.when_closed([&closed](int error) { closed.push_back(error); });
  output.line("one");
  std::string text(8, ' ');
  text.resize(static_cast<size_t>(::read(ends[0], text.data(), text.size())));
  EXPECT_EQ(text, "one\n");
  ::signal(SIGPIPE, SIG_IGN);
  ::close(ends[0]);
  output.line("two");
  output.line("three");
  EXPECT_THAT(closed, testing::ElementsAre(EPIPE));
  ::close(ends[1]);
}

TEST(StandardOutput, IsWrittenThoughTheTerminalGetsAnotherSizeMeanwhile) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  for (const int number : {SIGWINCH, SIGCONT}) ::signal(number, [](int) {});
  const std::string text(1 << 20, 'x');
  std::promise<bool> promise;
  std::future<bool> written = promise.get_future();
  std::thread writer([&] { promise.set_value(write_all(ends[1], text)); });
  std::string piece(4096, ' ');
  for (size_t size = 0; size < text.size();) {
    for (const int number : {SIGWINCH, SIGCONT}) ::pthread_kill(writer.native_handle(), number);
    const ssize_t more = ::read(ends[0], piece.data(), piece.size());
    if (more > 0) size += static_cast<size_t>(more);
    if (written.wait_for(milliseconds(0)) == std::future_status::ready) break;
  }
  EXPECT_TRUE(written.get());
  writer.join();
  for (const int number : {SIGWINCH, SIGCONT}) ::signal(number, SIG_DFL);
  for (const int end : ends) ::close(end);
}

}  // namespace
}  // namespace client::command
