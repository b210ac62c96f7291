// An EventStore that writes to a SqliteFile on a thread of its own, in batches: what came while one batch was
// written is the next one.
//
// Made by the main thread; add() and has_room() are called under the realm's lock. An acknowledged
// publication is answered by the store's thread, after its batch is on the disk. What waits is bounded in
// bytes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/events/event_store.h"
#include "router/store/sqlite_file.h"

namespace router::broker {

class SqliteStore final : public EventStore {
 public:
  // Called on the store's thread: whether the event is stored.
  using Answer = std::function<void(const Acknowledgement&, bool stored)>;

  // The clock outlives the store; so does what `answer` uses, until close().
  SqliteStore(std::unique_ptr<SqliteFile> file, uint64_t max_queued_bytes, const Clock& clock, Answer answer);
  ~SqliteStore() override { close(); }

  bool has_room() const override { return queued_bytes_.load(std::memory_order_relaxed) < max_queued_bytes_; }
  void add(StoreWrite write) override;
  void count_lost() override { lost_.fetch_add(1, std::memory_order_relaxed); }
  void close() override;

 private:
  void run();
  void write(const std::vector<StoreWrite>& batch);
  void log_failure(const std::optional<std::string>& failure, size_t count);
  void log_lost();

  const std::unique_ptr<SqliteFile> file_;  // the thread's
  const uint64_t max_queued_bytes_;
  const Clock& clock_;
  const Answer answer_;
  std::atomic<uint64_t> queued_bytes_{0};  // of what waits and of what is being written
  std::atomic<uint64_t> lost_{0};          // publications for which there was no room, since it was logged

  Mutex mutex_{"the queue of a store"};
  std::deque<StoreWrite> queue_ GUARDED_BY(mutex_);  // no vector: it grows under the realm's lock
  bool closing_ GUARDED_BY(mutex_) = false;
  std::condition_variable_any changed_;

  size_t failed_ = 0;  // the thread's: publications not stored since the last batch that was
  std::thread thread_;
};

// The store that the realm's configuration asks for, and what it holds; none for type "memory". Throws
// std::runtime_error.
OpenedStore open_store(const config::Realm& realm, const Clock& clock, SqliteStore::Answer answer);

}  // namespace router::broker
