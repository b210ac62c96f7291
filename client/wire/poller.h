// epoll, level-triggered: which descriptors are ready.
//
// The pointer given with a descriptor comes back with its events. Closing a descriptor takes it out.
#pragma once

#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>
#include <vector>

#include <sys/epoll.h>

#include "client/wire/fd.h"

namespace wire {

class Poller {
 public:
  Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(1024) { check(epoll_.get(), "epoll_create1"); }

  void add(const Fd& fd, void* owner) { control(EPOLL_CTL_ADD, fd, EPOLLIN, owner); }
  void set_wants_write(const Fd& fd, void* owner, bool wants_write) {
    control(EPOLL_CTL_MOD, fd, wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN, owner);
  }
  void remove(const Fd& fd) { control(EPOLL_CTL_DEL, fd, 0, nullptr); }

  // Waits for events, `timeout_ms` at most; none when a signal came.
  std::span<epoll_event> wait(int timeout_ms) {
    return events(::epoll_wait(epoll_.get(), events_.data(), max_events(), timeout_ms));
  }

  // The same, to the microsecond or so; to the millisecond where the kernel is older than 5.11.
  std::span<epoll_event> wait(std::chrono::nanoseconds timeout) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
    const timespec precise{.tv_sec = seconds.count(), .tv_nsec = (timeout - seconds).count()};
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), max_events(), &precise, nullptr);
    if (count < 0 && errno != EINTR)
      return wait(static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count()));
    return events(count);
  }

 private:
  int max_events() const { return static_cast<int>(events_.size()); }
  std::span<epoll_event> events(int count) {
    if (count < 0 && errno == EINTR) return {};
    check(count, "epoll_wait");
    return std::span(events_).first(static_cast<size_t>(count));
  }
  static void check(int result, const char* call) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  }
  void control(int operation, const Fd& fd, uint32_t events, void* owner) {
    epoll_event event{.events = events, .data = {.ptr = owner}};
    check(::epoll_ctl(epoll_.get(), operation, fd.get(), &event), "epoll_ctl");
  }

  Fd epoll_;
  std::vector<epoll_event> events_;
};

}  // namespace wire
