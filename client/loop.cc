#include "client/loop.h"

#include <map>
#include <utility>

#include <asio/posix/stream_descriptor.hpp>
#include <sys/epoll.h>
#include <unistd.h>

#include "transport/loop/loop.h"

namespace client {
namespace {

// That is ready when the descriptor is; -1 if that cannot be waited for, as a file's. Asio would make the
// descriptor itself non-blocking, which it would then be for all who share it, and stay.
int epoll_of(int descriptor) {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {}};
  if (made < 0 || ::epoll_ctl(made, EPOLL_CTL_ADD, descriptor, &event) == 0) return made;
  ::close(made);
  return -1;
}

}  // namespace

struct Loop::Inside {
  // Once it is forgotten it does nothing any more, though it may be ready.
  struct Watch {
    asio::posix::stream_descriptor epoll;
    std::function<void()> work;
  };

  void tell(int descriptor, const std::weak_ptr<Watch>& ready) {
    const auto watch = ready.lock();
    if (!watch) return;
    watched.erase(descriptor);
    watch->work();
  }

  transport::Loop loop;
  std::map<int, std::shared_ptr<Watch>> watched;
};

Loop::Loop() : inside_(std::make_unique<Inside>()) {}

Loop::~Loop() = default;

void Loop::run() {
  inside_->loop.run();
  inside_->loop.io().restart();
}
void Loop::stop() {
  inside_->loop.stop();
}
void Loop::post(std::function<void()> work) {
  inside_->loop.post(std::move(work));
}
void Loop::after(std::chrono::milliseconds delay, std::function<void()> work) {
  inside_->loop.after(delay, std::move(work));
}
transport::Loop& Loop::transport_loop() {
  return inside_->loop;
}

void Loop::when_readable(int descriptor, std::function<void()> work) {
  const auto watch = std::make_shared<Inside::Watch>(
      Inside::Watch{asio::posix::stream_descriptor(inside_->loop.io()), std::move(work)});
  inside_->watched[descriptor] = watch;
  auto tell = [this, descriptor, ready = std::weak_ptr(watch)] { inside_->tell(descriptor, ready); };
  const int epoll = epoll_of(descriptor);
  if (epoll < 0) return post(std::move(tell));
  watch->epoll.assign(epoll);
  watch->epoll.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this, tell = std::move(tell)](asio::error_code failed) mutable {
                            if (failed != asio::error::operation_aborted) post(std::move(tell));
                          });
}

void Loop::forget(int descriptor) {
  inside_->watched.erase(descriptor);
}

}  // namespace client
