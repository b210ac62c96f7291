// What a thread of the generator takes for itself, from its making on. To be asked by that thread.
//
// A generator that has no time left measures itself: what it sends comes late, and what has come it looks at
// late.
#pragma once

#include <cstdint>

namespace bench::load {

struct OwnShare {
  double seconds = 0;
  uint64_t cpu_ns = 0;
  uint64_t waited_for_core_ns = 0;  // it could have run, but others did; 0 where the kernel does not tell

  double busy() const { return share(cpu_ns); }
  double waiting() const { return share(waited_for_core_ns); }

 private:
  double share(uint64_t ns) const { return seconds == 0 ? 0 : static_cast<double>(ns) / 1e9 / seconds; }
};

class OwnShareMeter {
 public:
  OwnShareMeter();
  OwnShare read() const;

 private:
  uint64_t begun_ns_, cpu_ns_, waited_ns_;
};

}  // namespace bench::load
