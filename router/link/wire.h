// What carries the frames of a link to the other node and tells of their fate: the cluster's mail.
#pragma once

#include <cstdint>
#include <string>

namespace router::link {

// One link's own.
using CallNumber = uint64_t;

// On the link's thread; none of these calls the link back from within. What is sent comes in that order and
// once, or not at all: who finds that something is missing says so (Link::fail_call(), Link::lose()).
class Wire {
 public:
  virtual void send(std::string frame) = 0;
  // The same with a call, whose answer is waited for until end_call(), fail_call() or lose().
  virtual void send_call(CallNumber call, std::string frame) = 0;
  virtual void end_call(CallNumber call) = 0;
  // For want of memory something that was to be sent is missing. The other node must hear of it, as of any
  // gap.
  virtual void on_missing() = 0;

 protected:
  ~Wire() = default;
};

}  // namespace router::link
