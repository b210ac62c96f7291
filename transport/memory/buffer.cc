#include "transport/memory/buffer.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <list>
#include <new>

#include "transport/locks/mutex.h"
#include "transport/memory/kept_blocks.h"
#include "transport/memory/live_bytes.h"

namespace transport {
namespace {

// Small buffers come and go with each message, dozens in a turn; malloc's own cache of a thread holds seven.
// Large ones malloc gives back to the kernel, and has to fault in again page by page. So each thread keeps
// some blocks of these sizes. A block may be released on another thread than it was made on.
#ifdef WAMPD_SANITIZED
// The sanitizers must see every buffer come and go.
constexpr uint32_t kept_share = 0;
#else
constexpr uint32_t kept_share = 1;
#endif
// Two for each power of two, so that a block is at most half as large again as what it is for: what waits for
// a slow peer may be many of them.
constexpr size_t class_count = 13;
constexpr size_t no_class = class_count;
constexpr unsigned smallest_class_bits = 8;
static_assert(small_block_size == size_t{1} << smallest_class_bits);

constexpr size_t block_size_of(size_t size_class) {
  const size_t upper = size_t{1} << (smallest_class_bits + (size_class + 1) / 2);
  return size_class % 2 == 0 ? upper : upper / 4 * 3;
}
constexpr size_t largest_class = block_size_of(class_count - 1);

constexpr size_t class_for(size_t size) {
  if (size <= small_block_size) return 0;
  if (size > largest_class) return no_class;
  const auto bits = static_cast<unsigned>(std::bit_width(size - 1));
  const bool in_upper_half = (size - 1) >> (bits - 2) & 1;
  return 2 * (bits - smallest_class_bits) - (in_upper_half ? 0 : 1);
}
static_assert(class_for(257) == 1 && class_for(384) == 1 && class_for(385) == 2 && class_for(512) == 2 &&
              class_for(513) == 3 && class_for(largest_class) == class_count - 1);

constexpr uint32_t max_kept_of(size_t size_class) {
  const size_t size = block_size_of(size_class);
  return kept_share * (size_class == 0 ? 512 : size <= 1024 ? 128 : size <= 4096 ? 32 : 16);
}

using LiveBytes = std::atomic<std::ptrdiff_t>;

struct Tallies {
  Mutex mutex;
  std::list<LiveBytes> of_threads GUARDED_BY(mutex);
  LiveBytes of_the_dead = 0;  // of threads that have ended; several may change it
};

// Never destroyed: buffers may be released when all else has been.
Tallies& tallies() {
  static auto& all = *new Tallies;
  return all;
}

void open_tally() {
  Tallies& all = tallies();
  const Lock lock(all.mutex);
  live_bytes_tally = &all.of_threads.emplace_back(0);
}

void close_tally() {
  if (!live_bytes_tally) return;
  Tallies& all = tallies();
  const Lock lock(all.mutex);
  all.of_the_dead += live_bytes_tally->load(std::memory_order_relaxed);
  all.of_threads.remove_if([](const LiveBytes& one) { return &one == live_bytes_tally; });
  live_bytes_tally = nullptr;
}

// On threads too that have made none, or have ended.
void count_live_anywhere(std::ptrdiff_t bytes) {
  if (live_bytes_tally)
    count_live(bytes);
  else
    tallies().of_the_dead += bytes;
}

// Blocks above all classes, of any size.
class LargeBlocks {
 public:
  struct Block {
    void* memory = nullptr;
    size_t size = 0;
  };

  // One of that size at least, and of twice as much at most: what is held for long must not hold much more
  // than it is counted for. Nothing if there is none.
  Block take(size_t size) {
    for (Block& block : blocks_)
      if (block.size >= size && block.size <= 2 * size) {
        bytes_ -= block.size;
        return std::exchange(block, {});
      }
    return {};
  }
  // False: there is no room for it.
  bool keep(const Block& kept) {
    if (kept.size > max_bytes - bytes_) return false;
    for (Block& block : blocks_)
      if (!block.memory) {
        bytes_ += kept.size;
        block = kept;
        return true;
      }
    return false;
  }
  void free_all() {
    for (Block& block : blocks_) std::free(std::exchange(block, {}).memory);
    bytes_ = 0;
  }

 private:
  static constexpr size_t max_count = 8;
  static constexpr size_t max_bytes = 4 * 1024 * 1024 * kept_share;
  std::array<Block, max_count> blocks_{};
  size_t bytes_ = 0;
};

thread_local constinit LargeBlocks large_blocks;
thread_local constinit bool keeps_blocks = false;  // between the thread's first and last use

thread_local constinit std::array<FreeList, class_count - 1> larger_blocks{};

FreeList& free_list(size_t size_class) {
  return size_class == 0 ? small_blocks : larger_blocks[size_class - 1];
}

void free_blocks(FreeList& list) {
  while (FreeBlock* const block = list.first) {
    list.first = block->next;
    ++list.room;
    std::free(block);
  }
}

// Opens the free lists and the tally of a thread, and empties and shuts them at its end: buffers may be
// released even later.
struct FreeListsLifetime {
  FreeListsLifetime() {
    open_tally();
    keeps_blocks = true;
    for (size_t i = 0; i < class_count; ++i) free_list(i).room = max_kept_of(i);
  }
  ~FreeListsLifetime() {
    close_tally();
    keeps_blocks = false;
    large_blocks.free_all();
    for (size_t i = 0; i < class_count; ++i) {
      free_blocks(free_list(i));
      free_list(i).room = 0;
    }
  }
};

void begin_thread() {
  thread_local const FreeListsLifetime lifetime;
  (void)lifetime;
}

void* allocate(size_t size) {
  void* memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}

// `size` becomes what there is.
void* take_large_block(size_t& size) {
  begin_thread();
  const LargeBlocks::Block kept = large_blocks.take(size);
  if (!kept.memory) return allocate(size);
  size = kept.size;
  return kept.memory;
}

void* take_block(size_t size_class) {
  FreeList& list = free_list(size_class);
  if (!list.first) {
    begin_thread();
    return allocate(block_size_of(size_class));
  }
  ++list.room;
  return std::exchange(list.first, list.first->next);
}

}  // namespace

BufferRef Buffer::of(std::string_view content) {
  BufferRef buffer = create(0, content.size());
  buffer->append(content);
  return buffer;
}

BufferRef Buffer::create_slowly(size_t headroom, size_t capacity) {
  size_t size = sizeof(Buffer) + headroom + capacity;
  assert(size <= UINT32_MAX);
  created_bytes_ += size;
  const size_t size_class = class_for(size);
  if (size_class != no_class) size = block_size_of(size_class);
  void* memory = size_class != no_class ? take_block(size_class) : take_large_block(size);
  count_live_anywhere(static_cast<std::ptrdiff_t>(size));
  return BufferRef(new (memory)
                       Buffer(static_cast<uint32_t>(headroom), static_cast<uint32_t>(size - sizeof(Buffer))));
}

BufferRef Buffer::take_kept(size_t capacity) {
  const size_t size = sizeof(Buffer) + capacity;
  const LargeBlocks::Block kept = large_blocks.take(size);
  if (!kept.memory) return {};
  created_bytes_ += size;
  count_live_anywhere(static_cast<std::ptrdiff_t>(kept.size));
  return BufferRef(new (kept.memory) Buffer(0, static_cast<uint32_t>(kept.size - sizeof(Buffer))));
}

void Buffer::grow(BufferRef& buffer, size_t capacity) {
  Buffer* const old = buffer.buffer_;
  assert(old->unique() && class_for(sizeof(Buffer) + old->total_) == no_class &&
         capacity > old->total_ - old->start_);
  const size_t total = old->start_ + capacity;
  assert(total <= UINT32_MAX - sizeof(Buffer));
  const size_t added = total - old->total_;
  // A trivial object but for its reference count, which nobody else looks at.
  void* const memory = std::realloc(static_cast<void*>(old), sizeof(Buffer) + total);
  if (!memory) throw std::bad_alloc();
  buffer.buffer_ = static_cast<Buffer*>(memory);
  buffer.buffer_->total_ = static_cast<uint32_t>(total);
  created_bytes_ += added;
  count_live_anywhere(static_cast<std::ptrdiff_t>(added));
}

void Buffer::release_slowly(Buffer* buffer) {
  const size_t size = sizeof(Buffer) + buffer->total_;
  const size_t size_class = class_for(size);
  count_live_anywhere(-static_cast<std::ptrdiff_t>(size));
  buffer->~Buffer();
  if (size_class == no_class) {
    if (!keeps_blocks || !large_blocks.keep({buffer, size})) std::free(buffer);
    return;
  }
  FreeList& list = free_list(size_class);
  if (list.room == 0) return std::free(buffer);
  --list.room;
  list.first = new (buffer) FreeBlock{list.first};
}

void give_back_kept_blocks() {
  large_blocks.free_all();
  for (size_t i = 0; i < class_count; ++i) free_blocks(free_list(i));
}

std::ptrdiff_t live_buffer_bytes_of_thread() {
  return live_bytes_tally ? live_bytes_tally->load(std::memory_order_relaxed) : 0;
}

size_t live_buffer_bytes() {
  Tallies& all = tallies();
  const Lock lock(all.mutex);
  std::ptrdiff_t sum = all.of_the_dead.load(std::memory_order_relaxed);
  for (const LiveBytes& one : all.of_threads) sum += one.load(std::memory_order_relaxed);
  // Read one after the other, while buffers wander from thread to thread.
  return sum > 0 ? static_cast<size_t>(sum) : 0;
}

}  // namespace transport
