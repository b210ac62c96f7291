#include "router/store/sqlite_store.h"

#include <iterator>
#include <utility>

#include "router/base/log.h"

namespace router::broker {
namespace {

// About what a write takes in memory while it waits.
uint64_t bytes_of(const StoreWrite& write) {
  return sizeof(StoreWrite) + write.cleared_topic.size() + (write.event ? write.event->bytes() : 0);
}

Timestamp wall_time(const Clock& clock) {
  return std::chrono::floor<std::chrono::milliseconds>(clock.wall_time());
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<SqliteFile> file, uint64_t max_queued_bytes, const Clock& clock,
                         Answer answer)
    : file_(std::move(file)),
      max_queued_bytes_(max_queued_bytes),
      clock_(clock),
      answer_(std::move(answer)),
      thread_([this] { run(); }) {}

void SqliteStore::add(StoreWrite write) {
  queued_bytes_.fetch_add(bytes_of(write), std::memory_order_relaxed);
  bool first = false;
  {
    const Lock lock(mutex_);
    first = queue_.empty();
    queue_.push_back(std::move(write));
  }
  if (first) changed_.notify_one();
}

void SqliteStore::close() {
  {
    const Lock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SqliteStore::run() {
  std::deque<StoreWrite> taken;
  for (bool closing = false; !closing || !taken.empty();) {
    if (!taken.empty()) write({std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end())});
    taken.clear();
    const Lock lock(mutex_);
    while (!closing_ && queue_.empty()) changed_.wait(mutex_);
    taken.swap(queue_);
    closing = closing_;
  }
}

void SqliteStore::write(const std::vector<StoreWrite>& batch) {
  const auto failure = file_->write(batch, wall_time(clock_));
  log_failure(failure, batch.size());
  uint64_t bytes = 0;
  for (const StoreWrite& write : batch) {
    if (write.acknowledgement) answer_(*write.acknowledgement, !failure);
    bytes += bytes_of(write);
  }
  queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  log_lost();
}

// When it begins and when it ends, however many batches fail in between.
void SqliteStore::log_failure(const std::optional<std::string>& failure, size_t count) {
  if (failure && failed_ == 0) log::error(*failure + "; until it works again, nothing is stored");
  if (failure) {
    failed_ += count;
  } else if (failed_ > 0) {
    log::error("the store works again; " + std::to_string(std::exchange(failed_, 0)) +
               " publications were not stored");
  }
}

void SqliteStore::log_lost() {
  if (const uint64_t lost = lost_.exchange(0, std::memory_order_relaxed); lost > 0)
    log::error("the store cannot keep up; " + std::to_string(lost) + " publications were not stored");
}

OpenedStore open_store(const config::Realm& realm, const Clock& clock, SqliteStore::Answer answer) {
  OpenedStore opened;
  if (realm.store.type != config::Store::Type::sqlite) return opened;
  auto file = std::make_unique<SqliteFile>(realm.store.path, realm.store.event_history);
  opened.stored = file->load(realm.limits.retained_events, wall_time(clock));
  opened.store =
      std::make_unique<SqliteStore>(std::move(file), realm.store.max_waiting_bytes, clock, std::move(answer));
  return opened;
}

}  // namespace router::broker
