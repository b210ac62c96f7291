#include "transport/loop/descriptor_watch.h"

#include <utility>

#include <asio/posix/stream_descriptor.hpp>

#include "transport/loop/loop.h"
#include "transport/loop/loop_state.h"

namespace transport {

// Outlives the watch by what is on its way.
struct DescriptorWatch::State : std::enable_shared_from_this<State> {
  using Stream = asio::posix::stream_descriptor;

  State(Loop& of, int descriptor, std::function<void()> readable, std::function<void()> writable)
      : loop(of.state()),
        stream(of.io(), descriptor),
        on_readable(std::move(readable)),
        on_writable(std::move(writable)) {}

  void wait_readable() {
    stream.async_wait(Stream::wait_read, [self = shared_from_this()](asio::error_code error) {
      if (error || self->is_over) return;
      self->loop.begin_turn();
      // The next wait comes even if there was no memory for this one.
      self->loop.has_memory_for(self->on_readable);
      if (!self->is_over) self->wait_readable();
    });
  }

  void wait_writable() {
    stream.async_wait(Stream::wait_write, [self = shared_from_this()](asio::error_code error) {
      self->is_writable_awaited = false;
      if (error || self->is_over) return;
      self->loop.begin_turn();
      if (!self->loop.has_memory_for(self->on_writable) && !self->is_over) self->wait_writable();
    });
    is_writable_awaited = true;
  }

  Loop::State& loop;
  Stream stream;
  std::function<void()> on_readable, on_writable;
  bool is_writable_awaited = false;
  bool is_over = false;
};

DescriptorWatch::DescriptorWatch(Loop& loop, int descriptor, std::function<void()> readable,
                                 std::function<void()> writable)
    : state_(std::make_shared<State>(loop, descriptor, std::move(readable), std::move(writable))) {}

DescriptorWatch::~DescriptorWatch() {
  state_->is_over = true;
  asio::error_code ignored;
  state_->stream.close(ignored);
}

void DescriptorWatch::start() {
  state_->wait_readable();
}

void DescriptorWatch::await_writable() {
  if (!state_->is_writable_awaited) state_->wait_writable();
}

}  // namespace transport
