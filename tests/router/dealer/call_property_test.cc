// Whoever goes, at whatever moment of a call: nobody else's session ends, and no table keeps an entry.
//
// Each story is a call in one of the modes. It is told once for every message boundary, every way of going
// and every choice of who goes; who is left tells the story to its end.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using serializers::Format;

struct Step {
  enum class Who : uint8_t { caller, callee, second_callee, time } who;
  std::string says;  // time: milliseconds
};
using enum Step::Who;

struct Story {
  const char* name;
  std::string register_options;  // of both callees; the second one only registers if they share
  bool shared;
  std::vector<Step> steps;
};

const std::vector<Story> stories = {
    {"a plain call", "{}", false, {{caller, R"([48,1,{},"com.work",[1]])"}, {callee, "[70,1,{},[2]]"}}},
    {"an error", "{}", false, {{caller, R"([48,1,{},"com.work"])"}, {callee, R"([8,68,1,{},"com.error"])"}}},
    {"progressive results",
     "{}",
     false,
     {{caller, R"([48,1,{"receive_progress":true},"com.work"])"},
      {callee, R"([70,1,{"progress":true},[1]])"},
      {callee, R"([70,1,{"progress":true},[2]])"},
      {callee, "[70,1,{}]"}}},
    {"progressive invocations",
     "{}",
     false,
     {{caller, R"([48,1,{"progress":true},"com.work",[1]])"},
      {caller, R"([48,1,{"progress":true},"com.work",[2]])"},
      {caller, R"([48,1,{},"com.work",[3]])"},
      {callee, "[70,1,{}]"}}},
    {"a stream both ways",
     "{}",
     false,
     {{caller, R"([48,1,{"progress":true,"receive_progress":true},"com.work"])"},
      {callee, R"([70,1,{"progress":true}])"},
      {caller, R"([48,1,{"progress":true},"com.work"])"},
      {callee, R"([70,1,{"progress":true}])"},
      {callee, "[70,1,{}]"},
      {caller, R"([48,1,{},"com.work"])"}}},
    {"cancel by skip",
     "{}",
     false,
     {{caller, R"([48,1,{},"com.work"])"}, {caller, R"([49,1,{"mode":"skip"}])"}, {callee, "[70,1,{}]"}}},
    {"cancel by kill",
     "{}",
     false,
     {{caller, R"([48,1,{},"com.work"])"},
      {caller, R"([49,1,{"mode":"kill"}])"},
      {callee, R"([8,68,1,{},"wamp.error.canceled"])"}}},
    {"cancel by killnowait",
     "{}",
     false,
     {{caller, R"([48,1,{"receive_progress":true},"com.work"])"},
      {caller, R"([49,1,{"mode":"killnowait"}])"},
      {callee, R"([70,1,{"progress":true}])"},
      {callee, R"([8,68,1,{},"wamp.error.canceled"])"}}},
    {"a timeout",
     "{}",
     false,
     {{caller, R"([48,1,{"timeout":100},"com.work"])"}, {time, "100"}, {callee, "[70,1,{}]"}}},
    {"a wait for a free callee",
     R"({"concurrency":1})",
     false,
     {{caller, R"([48,1,{},"com.work"])"},
      {caller, R"([48,2,{"timeout":1000},"com.work"])"},
      {caller, R"([48,3,{},"com.work"])"},
      {callee, "[70,1,{}]"},
      {caller, R"([49,3,{}])"},
      {callee, "[70,2,{}]"}}},
    {"a rerouting",
     R"({"invoke":"first"})",
     true,
     {{caller, R"([48,1,{},"com.work"])"},
      {callee, R"([8,68,1,{},"wamp.error.unavailable"])"},
      {second_callee, "[70,1,{}]"}}},
    {"a rerouting to a busy callee",
     R"({"invoke":"first","concurrency":1})",
     true,
     {{caller, R"([48,1,{},"com.work"])"},
      {caller, R"([48,2,{},"com.work"])"},
      {callee, R"([8,68,1,{},"wamp.error.unavailable"])"},
      {second_callee, "[70,1,{}]"},
      {second_callee, "[70,2,{}]"}}},
    {"a shard",
     R"({"invoke":"roundrobin"})",
     true,
     {{caller, R"([48,1,{"runmode":"partition","rkey":"a"},"com.work"])"},
      {caller, R"([48,2,{"runmode":"partition","rkey":"b"},"com.work"])"}}},
    {"an unregistration meanwhile",
     "{}",
     false,
     {{caller, R"([48,1,{},"com.work"])"}, {callee, "[66,2,1]"}, {callee, "[70,1,{}]"}}},
};

constexpr auto roles = R"({"publisher":{},"subscriber":{},
  "caller":{"features":{"progressive_call_invocations":true,"progressive_call_results":true}},
  "callee":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true,
                        "call_reroute":true}}})";

enum class Way : uint8_t { breaks, goodbye, aborts, violates, killed };

// The bystander, who also has a procedure of its own.
class Telling {
 public:
  explicit Telling(const Story& story) : story_(story) {
    bystander_.receives(R"([64,1,{},"com.other"])");
    callee_.receives("[64,1," + story.register_options + R"(,"com.work"])");
    if (story.shared) second_callee_.receives("[64,1," + story.register_options + R"(,"com.work"])");
  }

  void tell(size_t step) {
    const Step& now = story_.steps[step];
    if (now.who == time)
      router_.passes(std::chrono::milliseconds(std::stoi(now.says)));
    else if (now.who == caller || has_been_invoked(now))
      wire(now.who).receives(now.says);
  }

  void go(Step::Who who, Way way) {
    Wire& victim = wire(who);
    gone_.push_back(&victim);
    switch (way) {
      case Way::breaks:
        return victim.breaks();
      case Way::goodbye:
        victim.receives(R"([6,{},"wamp.close.close_realm"])");
        return victim.breaks();
      case Way::aborts:
        return victim.receives(R"([3,{},"wamp.close.close_realm"])");
      case Way::violates:
        return victim.receives("[2,1,{}]");
      case Way::killed:
        bystander_.receives("[48," + std::to_string(++bystander_request_) + ",{},\"wamp.session.kill\",[" +
                            std::to_string(victim.session_id()) + "]]");
        return;
    }
  }

  void expect_all_well() {
    for (Wire* wire : {&caller_, &callee_, &second_callee_, &bystander_}) {
      const bool is_gone = std::find(gone_.begin(), gone_.end(), wire) != gone_.end();
      EXPECT_TRUE(is_gone || !wire->closed()) << "another session was closed: " << wire->sent();
    }
    bystander_.sent();
    bystander_.receives("[48," + std::to_string(++bystander_request_) + R"(,{},"com.other"])");
    EXPECT_THAT(bystander_.sent(), testing::HasSubstr("[68,1,1,{}]"));
  }

  void expect_nothing_left() {
    router_.break_all();
    router_.passes(std::chrono::hours(1));
    const Realm::Counts counts = router_.realm().counts();
    EXPECT_EQ(counts.members, 0u);
    EXPECT_EQ(counts.registrations, 0u);
    EXPECT_EQ(counts.subscriptions, 0u);
    EXPECT_EQ(counts.calls, 0u);
  }

 private:
  // A callee answers what it was asked, and nothing else: that would be a violation.
  bool has_been_invoked(const Step& answer) {
    std::string& heard = heard_[answer.who == second_callee];
    heard += wire(answer.who).sent() + "\n";
    if (!answer.says.starts_with("[70,") && !answer.says.starts_with("[8,68,")) return true;
    const size_t id = answer.says.starts_with("[70,") ? 4 : 6;
    return heard.find("[68," + answer.says.substr(id, answer.says.find(',', id) - id) + ",") !=
           std::string::npos;
  }
  Wire& wire(Step::Who who) { return who == caller ? caller_ : who == callee ? callee_ : second_callee_; }

  const Story& story_;
  SessionHarness router_;
  Wire& bystander_ = router_.join();
  Wire& caller_ = router_.join(Format::json, roles);
  Wire& callee_ = router_.join(Format::msgpack, roles);
  Wire& second_callee_ = router_.join(Format::json, roles);
  std::vector<Wire*> gone_;
  std::string heard_[2];  // by callee
  int bystander_request_ = 1;
};

class AnyGoing : public testing::TestWithParam<Way> {};

INSTANTIATE_TEST_SUITE_P(Ways, AnyGoing,
                         testing::Values(Way::breaks, Way::goodbye, Way::aborts, Way::violates, Way::killed));

TEST_P(AnyGoing, AtAnyMessageHurtsNobodyAndLeavesNothing) {
  const std::vector<std::vector<Step::Who>> victims = {
      {}, {caller}, {callee}, {second_callee}, {caller, callee}, {callee, caller}, {callee, second_callee}};
  for (const Story& story : stories) {
    for (size_t boundary = 0; boundary <= story.steps.size(); ++boundary) {
      for (const auto& going : victims) {
        SCOPED_TRACE(std::string(story.name) + ", before step " + std::to_string(boundary) + ", " +
                     std::to_string(going.size()) + " go");
        Telling telling(story);
        for (size_t step = 0; step < boundary; ++step) telling.tell(step);
        for (const Step::Who who : going) telling.go(who, GetParam());
        for (size_t step = boundary; step < story.steps.size(); ++step) telling.tell(step);
        telling.expect_all_well();
        telling.expect_nothing_left();
      }
    }
  }
}

}  // namespace
}  // namespace router
