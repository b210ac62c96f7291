#include "transport/buffer.h"

#include <array>
#include <cstdlib>
#include <new>

namespace transport {
namespace {

// Small buffers come and go with each message, dozens in a turn; malloc's own cache of a thread holds seven.
// So each thread keeps some blocks of three sizes. A block may be released on another thread than it was made
// on.
struct SizeClass {
  size_t block_size;
  uint32_t max_kept;
};
#ifdef WAMPD_SANITIZED
// The sanitizers must see every buffer come and go.
constexpr uint32_t kept_share = 0;
#else
constexpr uint32_t kept_share = 1;
#endif
constexpr std::array<SizeClass, 3> classes = {
    {{256, 512 * kept_share}, {1024, 128 * kept_share}, {4096, 32 * kept_share}}};
constexpr size_t no_class = classes.size();

struct FreeBlock {
  FreeBlock* next;
};

struct FreeList {
  FreeBlock* first = nullptr;
  uint32_t room = 0;  // how many more may be kept; 0 as well before the thread's first and after its last use
};

thread_local constinit std::array<FreeList, classes.size()> free_lists{};

// Opens the free lists of a thread, and empties and shuts them at its end: buffers may be released even
// later.
struct FreeListsLifetime {
  FreeListsLifetime() {
    for (size_t i = 0; i < classes.size(); ++i) free_lists[i].room = classes[i].max_kept;
  }
  ~FreeListsLifetime() {
    for (FreeList& list : free_lists) {
      list.room = 0;
      while (FreeBlock* block = list.first) {
        list.first = block->next;
        std::free(block);
      }
    }
  }
};

size_t class_for(size_t size) {
  for (size_t i = 0; i < classes.size(); ++i) {
    if (size <= classes[i].block_size) return i;
  }
  return no_class;
}

void* allocate(size_t size) {
  void* memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void* take_block(size_t size_class) {
  FreeList& list = free_lists[size_class];
  if (!list.first) {
    thread_local const FreeListsLifetime lifetime;
    (void)lifetime;
    return allocate(classes[size_class].block_size);
  }
  ++list.room;
  return std::exchange(list.first, list.first->next);
}

}  // namespace

BufferRef Buffer::create(size_t headroom, size_t capacity) {
  size_t size = sizeof(Buffer) + headroom + capacity;
  assert(size <= UINT32_MAX);
  created_bytes_ += size;
  const size_t size_class = class_for(size);
  if (size_class != no_class) size = classes[size_class].block_size;
  void* memory = size_class != no_class ? take_block(size_class) : allocate(size);
  return BufferRef(new (memory)
                       Buffer(static_cast<uint32_t>(headroom), static_cast<uint32_t>(size - sizeof(Buffer))));
}

void Buffer::release(Buffer* buffer) {
  const size_t size_class = class_for(sizeof(Buffer) + buffer->total_);
  buffer->~Buffer();
  if (size_class == no_class || free_lists[size_class].room == 0) return std::free(buffer);
  FreeList& list = free_lists[size_class];
  --list.room;
  list.first = new (buffer) FreeBlock{list.first};
}

}  // namespace transport
