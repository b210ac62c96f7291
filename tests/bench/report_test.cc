#include "bench/load/report.h"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/load/progress.h"

namespace bench::load {

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Options rpc() {
  Options options;
  options.workload = "rpc";
  return options;
}

// A thread that measured two seconds with 1000 operations of 100 us, and used that share of a core.
Part part(double busy, double waiting = 0) {
  Part part;
  for (int i = 0; i < 1000; ++i) part.measured.add_operation(100'000);
  part.seconds = part.own.seconds = 2;
  part.own.cpu_ns = static_cast<uint64_t>(busy * 2e9);
  part.own.waited_for_core_ns = static_cast<uint64_t>(waiting * 2e9);
  return part;
}

Report report(const std::vector<Part>& parts) {
  Report report;
  for (const Part& part : parts) report.add(part);
  return report;
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) found.insert((*at)[1]);
  return found;
}

TEST(Report, TellsWhatTheGeneratorTook) {
  const std::string text = report({part(0.5)}).to_text(rpc());
  EXPECT_THAT(text, HasSubstr("1000 calls in 2.00 s: 500 op/s"));
  EXPECT_THAT(text, HasSubstr("own CPU: 1000.000 us/op, 50 % of a core"));
  EXPECT_THAT(text, Not(HasSubstr("bottleneck")));
  EXPECT_THAT(text, Not(HasSubstr("wait for a core")));
  EXPECT_THAT(text, Not(HasSubstr("server CPU")));
}

TEST(Report, SaysThatTheGeneratorWasTheBottleneck) {
  EXPECT_THAT(report({part(0.95)}).to_text(rpc()),
              HasSubstr("The load generator was the bottleneck: it was busy 95 %"));
  EXPECT_THAT(report({part(0.95)}).to_json(rpc()), HasSubstr("\"generator_bound\":true"));
  EXPECT_THAT(report({part(0.89)}).to_json(rpc()), HasSubstr("\"generator_bound\":false"));
}

TEST(Report, OneBusyThreadIsABottleneck) {
  const std::string text = report({part(0.2), part(0.97), part(0.3)}).to_text(rpc());
  EXPECT_THAT(text, HasSubstr("147 % of a core (3 threads, the busiest 97 %)"));
  EXPECT_THAT(text, HasSubstr("its busiest thread was busy 97 %"));
}

TEST(Report, SaysThatTheGeneratorWaitedForACore) {
  EXPECT_THAT(report({part(0.5, 0.3)}).to_text(rpc()), HasSubstr("had to wait for a core 30 % of the time"));
}

TEST(Report, SaysThatTheRateWasNotReached) {
  Options options = rpc();
  options.rate = 1000;
  Part late = part(0.1);
  late.overdue = 300;
  EXPECT_THAT(report({late}).to_text(options), HasSubstr("rate was not reached: 300 operations"));
  late.overdue = 3;
  EXPECT_THAT(report({late}).to_text(options), Not(HasSubstr("rate was not reached")));
}

TEST(Report, ThreadsAreAddedUp) {
  Part first = part(0.1), second = part(0.1);
  first.server_cpu_ns = 4'000'000;
  second.measured.add_error("caller 1", "[8,48,1,{},\"no\"]");
  second.lost = 2;
  const Report both = report({first, second});
  EXPECT_THAT(both.to_text(rpc()), AllOf(HasSubstr("2000 calls in 2.00 s: 1000 op/s"),
                                         HasSubstr("server CPU: 2.000 us/op, 0 % of a core")));
  EXPECT_FALSE(both.faultless());
  EXPECT_EQ(both.complaint(),
            "1 errors, 0 wrong messages, 2 lost operations; the first: caller 1 was refused: "
            "[8,48,1,{},\"no\"]");
}

TEST(Report, WithoutOperationsItIsNotFaultless) {
  EXPECT_FALSE(Report().faultless());
  EXPECT_EQ(Report().complaint(), "no operation was completed");
}

TEST(Report, TheFieldsOfItsJsonAreThoseOfThePage) {
  std::ifstream file(WAMPD_SOURCE_DIR "/docs/benchmarking.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string documented = page.str().substr(page.str().find("## The report as JSON"));
  EXPECT_EQ(matches(report({part(0.5)}).to_json(rpc()), "\"(\\w+)\":"),
            matches(documented, "\\| `(\\w+)` \\|"));
}

TEST(Progress, PrintsALineWhenAllThreadsHaveTold) {
  Progress progress(true, 2);
  Tally first = part(0.1).measured, second;
  second.add_operation(300'000);
  second.add_error("caller", "no");
  testing::internal::CaptureStderr();
  progress.tell(0, first, 4);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  progress.tell(1, second, 5);
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, AllOf(HasSubstr("1 s "), HasSubstr("1001 op/s"), HasSubstr("p50 99.8 us"),
                          HasSubstr("in flight 9"), HasSubstr("errors 1")));
}

TEST(Progress, TellsOfEachSecondAlone) {
  Progress progress(true, 1);
  Tally tally = part(0.1).measured;
  testing::internal::CaptureStderr();
  progress.tell(0, tally, 1);
  tally.add_operation(300'000);
  progress.tell(0, tally, 2);
  std::istringstream said(testing::internal::GetCapturedStderr());
  std::string first, second;
  std::getline(said, first);
  std::getline(said, second);
  EXPECT_THAT(first, HasSubstr(" 1000 op/s"));
  EXPECT_THAT(second,
              AllOf(HasSubstr("2 s "), HasSubstr(" 1 op/s"), HasSubstr("p50 30"), HasSubstr("in flight 2")));
}

}  // namespace

}  // namespace bench::load
