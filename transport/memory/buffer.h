// A byte buffer with room in front, shared by reference count.
//
// Made by one thread, then immutable once it is shared; may be released on any thread. The room in front lets
// an envelope and a frame header be put before a payload without copying the payload again; the one byte
// behind lets a JSON message be closed.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "transport/memory/allocated.h"

namespace transport {

class Buffer;

// The blocks of released small buffers, which each thread keeps for the next ones; see buffer.cc.
struct FreeBlock {
  FreeBlock* next;
};
struct FreeList {
  FreeBlock* first = nullptr;
  uint32_t room = 0;  // how many more may be kept; 0 as well before the thread's first and after its last use
};
inline constexpr size_t small_block_size = 256;
inline thread_local constinit FreeList small_blocks{};
// What one thread has made minus what it has released, which may be others' buffers: only the sum over all
// threads means something. Null before the thread's first buffer and after its end.
inline thread_local constinit std::atomic<std::ptrdiff_t>* live_bytes_tally = nullptr;
inline void count_live(std::ptrdiff_t bytes) {
  live_bytes_tally->store(live_bytes_tally->load(std::memory_order_relaxed) + bytes,
                          std::memory_order_relaxed);
}

// Owns one reference to a Buffer. Copying shares, moving hands over; null when empty.
class BufferRef {
 public:
  BufferRef() = default;
  BufferRef(const BufferRef& other) noexcept;
  BufferRef(BufferRef&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  BufferRef& operator=(BufferRef other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferRef();

  explicit operator bool() const { return buffer_ != nullptr; }
  Buffer* operator->() const { return buffer_; }
  Buffer& operator*() const { return *buffer_; }

 private:
  friend class Buffer;
  explicit BufferRef(Buffer* buffer) : buffer_(buffer) {}
  Buffer* buffer_ = nullptr;
};

class Buffer {
 public:
  // A buffer with `headroom` free bytes in front, no content, and room for at least `capacity` bytes of it.
  static BufferRef create(size_t headroom, size_t capacity) {
    const size_t size = sizeof(Buffer) + headroom + capacity;
    if (size > small_block_size || !small_blocks.first) return create_slowly(headroom, capacity);
    created_bytes_ += size;
    ++small_blocks.room;
    FreeBlock* const block = std::exchange(small_blocks.first, small_blocks.first->next);
    count_live(small_block_size);
    return BufferRef(new (static_cast<void*>(block))
                         Buffer(static_cast<uint32_t>(headroom), small_block_size - sizeof(Buffer)));
  }
  // One with this content, and no room beside it.
  static BufferRef of(std::string_view content);

  // One without headroom that this thread has kept of earlier ones, so that it takes no memory that was not
  // taken already; null if there is none of about that size.
  static BufferRef take_kept(size_t capacity);

  // Makes room for at least `capacity` bytes of content; what there is stays, perhaps elsewhere in memory.
  // Precondition: unique(), and both the old and the new capacity are above 64 KiB.
  static void grow(BufferRef& buffer, size_t capacity);

  // The bytes of all buffers that this thread ever created: how a loop knows how much new it is to write.
  static size_t created_bytes() { return created_bytes_; }

  std::string_view view() const { return {bytes() + start_, size_}; }
  char* data() { return bytes() + start_; }
  size_t size() const { return size_; }
  size_t headroom() const { return start_; }
  size_t tailroom() const { return total_ - start_ - size_; }
  // The memory that it takes, all of it.
  size_t held() const { return allocated(sizeof(Buffer) + total_); }
  // The part of one of those who share it.
  size_t share() const { return held() / references_.load(std::memory_order_relaxed); }

  // True if nobody else holds it: only then may it be changed.
  bool unique() const { return references_.load(std::memory_order_acquire) == 1; }

  // Precondition of both: unique() and enough room.
  void append(std::string_view tail) {
    assert(tail.size() <= tailroom());
    if (!tail.empty()) std::memcpy(bytes() + start_ + size_, tail.data(), tail.size());
    size_ += static_cast<uint32_t>(tail.size());
  }
  // So many bytes have been written behind the content.
  void extend(size_t count) {
    assert(count <= tailroom());
    size_ += static_cast<uint32_t>(count);
  }
  // From now on only this part of the content is content; what is around it is room.
  void narrow(std::string_view part) {
    assert(part.data() >= data() && part.data() + part.size() <= data() + size_);
    start_ = static_cast<uint32_t>(part.data() - bytes());
    size_ = static_cast<uint32_t>(part.size());
  }
  void prepend(std::string_view head) {
    assert(head.size() <= headroom());
    start_ -= static_cast<uint32_t>(head.size());
    size_ += static_cast<uint32_t>(head.size());
    if (!head.empty()) std::memcpy(bytes() + start_, head.data(), head.size());
  }

  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

 private:
  friend class BufferRef;
  Buffer(uint32_t start, uint32_t total) : start_(start), total_(total) {}
  ~Buffer() = default;
  static BufferRef create_slowly(size_t headroom, size_t capacity);
  static void release_slowly(Buffer* buffer);
  static void release(Buffer* buffer) {
    if (sizeof(Buffer) + buffer->total_ != small_block_size || small_blocks.room == 0)
      return release_slowly(buffer);
    count_live(-static_cast<std::ptrdiff_t>(small_block_size));
    --small_blocks.room;
    buffer->~Buffer();
    small_blocks.first = new (static_cast<void*>(buffer)) FreeBlock{small_blocks.first};
  }
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

  static inline thread_local constinit size_t created_bytes_ = 0;
  std::atomic<uint32_t> references_{1};
  uint32_t start_;
  uint32_t size_ = 0;
  uint32_t total_;
};

inline BufferRef::BufferRef(const BufferRef& other) noexcept : buffer_(other.buffer_) {
  if (buffer_) buffer_->references_.fetch_add(1, std::memory_order_relaxed);
}

inline BufferRef::~BufferRef() {
  if (!buffer_) return;
  // Whoever holds the only reference need not lock the bus to give it up.
  if (buffer_->unique() || buffer_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    Buffer::release(buffer_);
}

}  // namespace transport
