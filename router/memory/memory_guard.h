// How short memory is: stages that are entered as more of it is taken, and left when there is clearly less.
//
// Looked at by one thread; any thread may read. What is used is passed in.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace router {

// Each does what those before it do as well.
enum class MemoryStage : uint8_t {
  plenty,
  closed,    // no new connections
  frugal,    // no new subscriptions and registrations, no large messages
  shedding,  // those for whom most is held are disconnected
};

// From `frugal` on no longer message is taken.
constexpr size_t frugal_message_size = 64 * 1024;

// Bytes. Of limits 0: none.
struct MemoryUse {
  uint64_t resident = 0;   // of the process
  uint64_t buffered = 0;   // of messages that wait or are kept
  uint64_t addresses = 0;  // of the process's address space, since it began to serve
};

class MemoryGuard {
 public:
  explicit MemoryGuard(const MemoryUse& limits) : limits_(limits) {}

  // True: the stage has changed.
  bool look(const MemoryUse& use);

  MemoryStage stage() const { return stage_.load(std::memory_order_relaxed); }
  const MemoryUse& limits() const { return limits_; }
  uint64_t resident() const { return resident_.load(std::memory_order_relaxed); }
  uint64_t buffered() const { return buffered_.load(std::memory_order_relaxed); }
  // Bytes above what ends the shedding.
  uint64_t excess() const { return excess_.load(std::memory_order_relaxed); }

 private:
  const MemoryUse limits_;
  std::atomic<MemoryStage> stage_ = MemoryStage::plenty;
  std::atomic<uint64_t> resident_ = 0, buffered_ = 0, excess_ = 0;
};

}  // namespace router
