// A thread on which no client is served: what looks at the router, perhaps at very much of it, is done there,
// one after the other, for those who ask over HTTP and those who call in turn.
//
// Any thread may ask. It begins when somebody asks for the first time. Bounded by `most_waiting`.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "transport/locks/mutex.h"

namespace router {

class LookingThread {
 public:
  enum class For : uint8_t { http, caller };
  // Of each of these; of one group; and of one who asks.
  static constexpr size_t most_waiting = 64, most_of_group = 16, most_of_one = 8;

  // Done on the thread. `has_room`: there may be memory for all of it. If it throws std::bad_alloc it is done
  // again, the last times without room.
  using Work = std::function<void(bool has_room)>;

  LookingThread() = default;
  ~LookingThread();
  LookingThread(const LookingThread&) = delete;

  // Why it will not be done; none: it will, unless forget() or stop() come before. `asker`: any number.
  // `group`: to whom the asker belongs, and whose others must not keep everybody else out; null: to nobody.
  std::optional<std::string> ask(For whom, uint64_t asker, Work work, const void* group = nullptr);
  // What waits of who has asked is not done any more.
  void forget(For whom, uint64_t asker) noexcept;
  // Waits for what it does; nothing else is done any more.
  void stop();

 private:
  struct Waiting {
    uint64_t asker;
    const void* group;
    Work work;
  };
  using Queue = std::deque<Waiting>;

  void run();
  void do_one(const Work& work) const;
  bool stops() const;
  Queue& queue(For whom) REQUIRES(mutex_) { return queues_[static_cast<size_t>(whom)]; }

  mutable transport::Mutex mutex_;
  std::condition_variable_any changed_;
  std::array<Queue, 2> queues_ GUARDED_BY(mutex_);  // by For
  size_t next_ GUARDED_BY(mutex_) = 0;              // whose turn it is
  bool stops_ GUARDED_BY(mutex_) = false;
  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace router
