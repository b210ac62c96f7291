// The thread on which no client is served.
#include "router/monitor/looking_thread.h"

#include <future>
#include <new>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using For = LookingThread::For;

// What it does now, until it may go on.
class Looking {
 public:
  explicit Looking(LookingThread& thread) {
    EXPECT_EQ(thread.ask(For::http, 1000,
                         [this, may_go_on = may_go_on_.get_future().share()](bool) {
                           begun_.set_value();
                           may_go_on.wait();
                         }),
              std::nullopt);
    begun_.get_future().wait();
  }
  void go_on() { may_go_on_.set_value(); }

 private:
  std::promise<void> begun_, may_go_on_;
};

TEST(LookingThread, DoesOneAfterTheOtherForBothKindsInTurn) {
  LookingThread thread;
  std::vector<std::string> done;
  std::promise<void> last;
  Looking looking(thread);
  for (const char* const what : {"page 1", "page 2", "page 3"})
    thread.ask(For::http, 1, [&done, what](bool) { done.emplace_back(what); });
  thread.ask(For::caller, 2, [&done](bool) { done.emplace_back("call 1"); });
  thread.ask(For::caller, 2, [&](bool) { done.emplace_back("call 2"); });
  thread.ask(For::http, 1, [&last](bool) { last.set_value(); });
  looking.go_on();
  last.get_future().wait();
  EXPECT_THAT(done, ElementsAre("call 1", "page 1", "call 2", "page 2", "page 3"));
}

TEST(LookingThread, LetsOnlySoManyWait) {
  LookingThread thread;
  Looking looking(thread);
  const auto nothing = [](bool) {};
  for (uint64_t i = 0; i < LookingThread::most_waiting; ++i)
    EXPECT_EQ(thread.ask(For::http, i, nothing), std::nullopt);
  EXPECT_THAT(thread.ask(For::http, 99, nothing).value_or(""), HasSubstr("the most that may wait"));
  for (size_t i = 0; i < LookingThread::most_of_one; ++i)
    EXPECT_EQ(thread.ask(For::caller, 7, nothing), std::nullopt) << "of another kind";
  EXPECT_THAT(thread.ask(For::caller, 7, nothing).value_or(""), HasSubstr("of yours"));
  EXPECT_EQ(thread.ask(For::caller, 8, nothing), std::nullopt) << "somebody else";
  looking.go_on();
}

TEST(LookingThread, KeepsPlacesForOtherGroups) {
  LookingThread thread;
  Looking looking(thread);
  const auto nothing = [](bool) {};
  const int one = 0, other = 0;
  for (uint64_t i = 0; i < LookingThread::most_of_group; ++i)
    EXPECT_EQ(thread.ask(For::caller, i, nothing, &one), std::nullopt);
  EXPECT_THAT(thread.ask(For::caller, 99, nothing, &one).value_or(""), HasSubstr("of your realm"));
  EXPECT_EQ(thread.ask(For::caller, 99, nothing, &other), std::nullopt);
  thread.forget(For::caller, 0);
  EXPECT_EQ(thread.ask(For::caller, 99, nothing, &one), std::nullopt) << "one has left";
  looking.go_on();
}

TEST(LookingThread, DoesNothingForWhoHasGone) {
  LookingThread thread;
  std::vector<std::string> done;
  std::promise<void> last;
  Looking looking(thread);
  thread.ask(For::http, 1, [&done](bool) { done.emplace_back("gone"); });
  thread.ask(For::http, 2, [&done](bool) { done.emplace_back("there"); });
  thread.ask(For::http, 3, [&last](bool) { last.set_value(); });
  thread.forget(For::http, 1);
  looking.go_on();
  last.get_future().wait();
  EXPECT_THAT(done, ElementsAre("there"));
}

TEST(LookingThread, TriesAgainWithoutMemoryAndAtLastWithoutRoom) {
  LookingThread thread;
  std::vector<bool> tries;
  std::promise<void> last;
  thread.ask(For::caller, 1, [&](bool has_room) {
    tries.push_back(has_room);
    if (has_room) throw std::bad_alloc();
    last.set_value();
  });
  last.get_future().wait();
  EXPECT_THAT(tries, ElementsAre(true, true, true, false));
}

TEST(LookingThread, StopsWhenItHasDoneWhatItDoes) {
  LookingThread thread;
  bool is_done = false;
  const auto held = std::make_shared<int>();
  Looking looking(thread);
  thread.ask(For::caller, 1, [&is_done, held](bool) { is_done = true; });
  auto stopped = std::async(std::launch::async, [&thread] { thread.stop(); });
  while (!thread.ask(For::caller, 2, [](bool) {})) thread.forget(For::caller, 2);
  EXPECT_THAT(thread.ask(For::http, 3, [](bool) {}).value_or(""), HasSubstr("shuts down"));
  looking.go_on();
  stopped.get();
  EXPECT_FALSE(is_done);
  EXPECT_EQ(held.use_count(), 1) << "what waited holds nothing any more";
}

}  // namespace
}  // namespace router
