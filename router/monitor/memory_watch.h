// Looks at the memory of the process ten times a second, and when the buffers of a worker have grown by much,
// and does what its stage demands.
//
// Made by the main thread; works on the first worker's thread, where listeners accept as well, and asks the
// workers through their loops. Destroyed when the workers have stopped.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "router/config/config.h"
#include "router/memory/memory_guard.h"
#include "router/memory/unheld_memory.h"
#include "router/monitor/shedding.h"
#include "router/worker/worker.h"

namespace router {

class MemoryWatch {
 public:
  MemoryWatch(const config::MemoryLimits& limits, std::vector<Worker*> workers,
              std::function<void(bool accept)> set_accepting, std::function<MemoryUse()> measure);

  // Once, when the workers run.
  void start();
  const MemoryGuard& guard() const { return guard_; }

 private:
  void look_again_and_again();
  // `trims`: what was freed is given back to the kernel first.
  void look(bool trims);
  void look_as_much_has_come();
  void measure();
  // By the clients of all workers together: of one kind, or of all.
  uint64_t held() const;
  void on_new_stage();
  void trim();
  void shed();

  const std::vector<Worker*> workers_;
  const std::function<void(bool)> set_accepting_;
  const std::function<MemoryUse()> measure_;
  const uint64_t first_addresses_;
  MemoryGuard guard_;
  UnheldMemory unheld_;
  Shedding shedding_;
  MemoryStage told_stage_ = MemoryStage::plenty;
  int looks_to_trim_ = 0;
  std::atomic<bool> will_look_ = false;  // as a worker has asked for it
};

}  // namespace router
