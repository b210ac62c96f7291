// Writes down every lock that a program takes, and what its threads do in between, for bench/workers/run.
//
// To be loaded with LD_PRELOAD. Each thread that waits in epoll_wait() records into memory of its own: where
// it wanted a lock, how long it waited, how long it held it; and the CPU time it had used at the end of each
// wait for events. All stop when the first one is full. At the program's end the file that LOCK_TRACE names
// gets
//
//   Header, then for each thread: uint64_t count, count * Record
//
// Times of locks are cycles of the time stamp counter; the header tells how many of them a second has. A lock
// within glibc (that of an arena of malloc) cannot be seen from here. Condition variables are not followed.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <x86intrin.h>

namespace {

struct Header {
  uint64_t cycles_per_second;
  uint64_t program_begin;  // where the program is in memory: sites are relative to it
  uint64_t threads;
};

// `lock` 0: a wait for events; then `held` is the thread's CPU time in nanoseconds when it ended, and
// `wanted` and `waited` tell when it began and how long it took.
struct Record {
  uint64_t lock;
  uint64_t site;
  uint64_t wanted;
  uint64_t waited;
  uint64_t held;
};

constexpr size_t kMaxRecords = size_t{1} << 17;
constexpr size_t kMaxThreads = 64;
constexpr size_t kMaxNested = 8;

struct Trace {
  Record* records = nullptr;
  size_t count = 0;
  Record held[kMaxNested];  // taken and not released yet; `held` is when it was got
  size_t depth = 0;
};

Trace traces[kMaxThreads];
std::atomic<size_t> trace_count{0};
std::atomic<bool> over{false};
thread_local Trace* mine = nullptr;

uint64_t cycles() {
  return __rdtsc();
}

uint64_t nanoseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

const uint64_t begin_cycles = cycles();
const uint64_t begin_ns = nanoseconds(CLOCK_MONOTONIC);

template <class Function>
Function next(const char* name, Function) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

void add(const Record& record) {
  if (over.load(std::memory_order_relaxed)) return;
  mine->records[mine->count++] = record;
  if (mine->count == kMaxRecords) over = true;
}

// Threads without an event loop, such as that of a store, are none of the workers.
void begin_trace() {
  const size_t number = trace_count.fetch_add(1);
  if (number >= kMaxThreads) std::abort();
  void* memory = mmap(nullptr, kMaxRecords * sizeof(Record), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  traces[number].records = static_cast<Record*>(memory);
  mine = &traces[number];
}

void got(void* lock, void* site, uint64_t wanted) {
  if (mine == nullptr || mine->depth == kMaxNested) return;
  const uint64_t now = cycles();
  mine->held[mine->depth++] = {reinterpret_cast<uint64_t>(lock), reinterpret_cast<uint64_t>(site), wanted,
                               now - wanted, now};
}

void released(void* lock) {
  if (mine == nullptr) return;
  const uint64_t now = cycles();
  for (size_t i = mine->depth; i-- > 0;) {
    Record record = mine->held[i];
    if (record.lock != reinterpret_cast<uint64_t>(lock)) continue;
    std::copy(mine->held + i + 1, mine->held + mine->depth, mine->held + i);
    --mine->depth;
    record.held = now - record.held;
    return add(record);
  }
}

int remember_program(dl_phdr_info* info, size_t, void* begin) {
  *static_cast<uint64_t*>(begin) = info->dlpi_addr;
  return 1;  // the first one is the program
}

[[gnu::destructor]] void write_all() {
  const char* path = std::getenv("LOCK_TRACE");
  over = true;
  FILE* file = path != nullptr ? std::fopen(path, "wb") : nullptr;
  if (file == nullptr) return;
  Header header{};
  header.cycles_per_second =
      static_cast<uint64_t>(static_cast<double>(cycles() - begin_cycles) /
                            (static_cast<double>(nanoseconds(CLOCK_MONOTONIC) - begin_ns) / 1e9));
  dl_iterate_phdr(remember_program, &header.program_begin);
  header.threads = trace_count.load();
  std::fwrite(&header, sizeof(header), 1, file);
  for (size_t i = 0; i < header.threads; ++i) {
    const uint64_t count = traces[i].count;
    std::fwrite(&count, sizeof(count), 1, file);
    std::fwrite(traces[i].records, sizeof(Record), count, file);
  }
  std::fclose(file);
}

// A wait for events of any kind: `wait` is the real one.
template <class Wait>
int record_wait(Wait wait) {
  if (mine == nullptr) begin_trace();
  const uint64_t wanted = cycles();
  const int events = wait();
  const uint64_t waited = cycles() - wanted;
  add({0, 0, wanted, waited, nanoseconds(CLOCK_THREAD_CPUTIME_ID)});
  return events;
}

}  // namespace

extern "C" {

int epoll_wait(int poll, epoll_event* events, int max_events, int timeout) {
  static const auto real = next("epoll_wait", &epoll_wait);
  return record_wait([=] { return real(poll, events, max_events, timeout); });
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto real = next("pthread_mutex_lock", &pthread_mutex_lock);
  const uint64_t wanted = cycles();
  const int result = real(mutex);
  got(mutex, __builtin_return_address(0), wanted);
  return result;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  static const auto real = next("pthread_mutex_unlock", &pthread_mutex_unlock);
  const int result = real(mutex);
  released(mutex);
  return result;
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  static const auto real = next("pthread_rwlock_rdlock", &pthread_rwlock_rdlock);
  const uint64_t wanted = cycles();
  const int result = real(lock);
  got(lock, __builtin_return_address(0), wanted);
  return result;
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  static const auto real = next("pthread_rwlock_wrlock", &pthread_rwlock_wrlock);
  const uint64_t wanted = cycles();
  const int result = real(lock);
  got(lock, __builtin_return_address(0), wanted);
  return result;
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  static const auto real = next("pthread_rwlock_unlock", &pthread_rwlock_unlock);
  const int result = real(lock);
  released(lock);
  return result;
}

}  // extern "C"
