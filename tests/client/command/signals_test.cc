// What ends the program, and when.
#include "client/command/connection/signals.h"

#include <csignal>

#include <gtest/gtest.h>
#include <unistd.h>

namespace client::command {
namespace {

[[noreturn]] void get(int first, int second) {
  ::signal(SIGHUP, SIG_DFL);  // whoever has begun us may ignore it
  const Signals signals;
  ::raise(first);
  ::raise(second);
  ::_exit(0);
}

TEST(ASecondSignal, EndsTheProgramAtOnceButAHangupBehindAnother) {
  EXPECT_EXIT(get(SIGINT, SIGTERM), testing::ExitedWithCode(130), "");
  EXPECT_EXIT(get(SIGINT, SIGHUP), testing::ExitedWithCode(130), "");
  EXPECT_EXIT(get(SIGHUP, SIGINT), testing::ExitedWithCode(130), "");
  EXPECT_EXIT(get(SIGHUP, SIGHUP), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(get(SIGINT, SIGWINCH), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace client::command
