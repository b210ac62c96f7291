// Tells on a loop when a descriptor can be read, and when it can be written: for a library that does its own
// reading and writing.
//
// On the loop's thread only, but for the constructor; destroyed before the loop. It may be destroyed within
// its own call.
#pragma once

#include <functional>
#include <memory>

namespace transport {

class Loop;

class DescriptorWatch {
 public:
  // Takes the descriptor and closes it: a duplicate, if somebody else closes the original. `readable` is
  // called again and again as long as there is something to read, or the end of it; `writable` once after
  // each await_writable().
  DescriptorWatch(Loop& loop, int descriptor, std::function<void()> readable, std::function<void()> writable);
  ~DescriptorWatch();
  DescriptorWatch(const DescriptorWatch&) = delete;

  // From now on `readable` is called.
  void start();
  void await_writable();

 private:
  struct State;

  const std::shared_ptr<State> state_;
};

}  // namespace transport
