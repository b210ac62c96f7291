#include "router/monitor/looking_thread.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "transport/memory/has_memory_for.h"

namespace router {

LookingThread::~LookingThread() {
  stop();
}

std::optional<std::string> LookingThread::ask(For whom, uint64_t asker, Work work, const void* group) {
  const transport::Lock lock(mutex_);
  Queue& waiting = queue(whom);
  if (stops_) return "the router shuts down";
  if (waiting.size() >= most_waiting)
    return "there are " + std::to_string(most_waiting) + " who look at the router, the most that may wait";
  size_t of_one = 0, of_group = 0;
  for (const Waiting& one : waiting) {
    of_one += one.asker == asker;
    of_group += group && one.group == group;
  }
  if (of_one >= most_of_one)
    return "there are " + std::to_string(most_of_one) + " such requests of yours, the most that may wait";
  if (of_group >= most_of_group)
    return "there are " + std::to_string(most_of_group) + " such requests of your realm, the most that may wait";
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      return "there is no thread that could look at the router: " + std::string(error.what());
    }
  }
  waiting.push_back({asker, group, std::move(work)});
  changed_.notify_one();
  return std::nullopt;
}

void LookingThread::forget(For whom, uint64_t asker) noexcept {
  const transport::Lock lock(mutex_);
  std::erase_if(queue(whom), [asker](const Waiting& one) { return one.asker == asker; });
}

void LookingThread::stop() {
  std::thread thread;
  {
    const transport::Lock lock(mutex_);
    stops_ = true;
    thread = std::move(thread_);
  }
  changed_.notify_all();
  if (thread.joinable()) thread.join();
  std::array<Queue, 2> never_done;  // goes without the lock
  const transport::Lock lock(mutex_);
  std::swap(never_done, queues_);
}

bool LookingThread::stops() const {
  const transport::Lock lock(mutex_);
  return stops_;
}

void LookingThread::run() {
  for (;;) {
    Work work;
    {
      const transport::Lock lock(mutex_);
      const auto is_idle = [](const Queue& one) { return one.empty(); };
      while (std::all_of(queues_.begin(), queues_.end(), is_idle) && !stops_) changed_.wait(mutex_);
      if (stops_) return;
      if (queues_[next_].empty()) next_ = 1 - next_;
      work = std::move(queues_[next_].front().work);
      queues_[next_].pop_front();
      next_ = 1 - next_;
    }
    do_one(work);
  }
}

void LookingThread::do_one(const Work& work) const {
  constexpr std::chrono::milliseconds pause_without_memory(10);
  constexpr int most_tries = 3;
  for (int tries = 1; !transport::has_memory_for([&] { work(tries <= most_tries); }) && !stops(); ++tries)
    std::this_thread::sleep_for(pause_without_memory);
}

}  // namespace router
