// The event loop of one thread, on which sessions live.
//
// All members but post() and stop() are for the thread that calls run(), or for whoever owns the loop while
// it does not run. What is called from it must not throw. It outlives its sessions.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace transport {
class Loop;
}

namespace client {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until stop(). What comes later is done by the next run().
  void run();
  // Any thread. run() returns soon.
  void stop();
  // Any thread. The work is done by the loop's thread, in the order of posting.
  void post(std::function<void()> work);

  // Once after `delay`; never if the loop is destroyed before. It cannot be taken back.
  void after(std::chrono::milliseconds delay, std::function<void()> work);

  // Once, as soon as the descriptor can be read or has come to its end: for standard input, pipes and
  // signalfd. At once for what cannot be waited for, such as a file. The descriptor stays the caller's, as it
  // is, who must forget() it before it is closed; after that the work is not done. Again for the same
  // descriptor: in the place of what waits.
  void when_readable(int descriptor, std::function<void()> work);
  void forget(int descriptor);

  // For those who know what is behind it.
  transport::Loop& transport_loop();

 private:
  struct Inside;
  const std::unique_ptr<Inside> inside_;
};

}  // namespace client
