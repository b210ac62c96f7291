#include "transport/connect/look_up.h"

#include <cstring>
#include <deque>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>

#include "transport/locks/mutex.h"
#include "transport/loop/blocked_signals.h"
#include "transport/loop/loop.h"

namespace transport {
namespace {

struct LookedUp {
  LookUp::Addresses addresses;
  std::string error;
};

LookedUp look_up(const std::string& host, uint16_t port) {
  LookedUp result;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    result.error = error == EAI_SYSTEM ? std::generic_category().message(errno) : ::gai_strerror(error);
  for (const addrinfo* one = found; one; one = one->ai_next) {
    asio::ip::tcp::endpoint address;
    if (one->ai_addrlen > address.capacity()) continue;
    std::memcpy(address.data(), one->ai_addr, one->ai_addrlen);
    address.resize(one->ai_addrlen);
    result.addresses.push_back(address);
  }
  if (found) ::freeaddrinfo(found);
  if (result.addresses.empty() && result.error.empty()) result.error = "it has no address";
  return result;
}

}  // namespace

// What both threads have of it.
class LookUp::Waiter : public std::enable_shared_from_this<Waiter> {
 public:
  Waiter(Loop& loop, std::string host, uint16_t port, Done done)
      : host_(std::move(host)), port_(port), loop_(&loop), done_(std::move(done)) {}

  LookedUp ask() const { return look_up(host_, port_); }

  // The loop's thread.
  void give_up() {
    const Lock lock(mutex_);
    loop_ = nullptr;
    done_ = nullptr;
  }
  // Any thread.
  void found(LookedUp result) {
    const Lock lock(mutex_);
    if (!loop_) return;
    loop_->post([self = shared_from_this(), result = std::move(result)] {
      if (const Done call = std::exchange(self->done_, nullptr)) call(result.addresses, result.error);
    });
  }

 private:
  const std::string host_;
  const uint16_t port_;
  Mutex mutex_;
  Loop* loop_ GUARDED_BY(mutex_);  // null: nobody waits any more
  Done done_;                      // of the loop's thread
};

// Those that wait for a thread, and few threads, which end when nobody waits. Any thread.
class LookUp::Queue {
 public:
  // Of the process; threads may have it up to its very end.
  static Queue& only_one() {
    static Queue& queue = *new Queue;
    return queue;
  }

  void add(const std::shared_ptr<Waiter>& waiter) {
    const Lock lock(mutex_);
    waiting_.push_back(waiter);
    if (threads_ == most_threads) return;
    const std::string error = start_thread();
    if (error.empty()) {
      ++threads_;
    } else if (threads_ == 0) {
      waiting_.pop_back();
      waiter->found({{}, error});
    }
  }
  void remove(const std::shared_ptr<Waiter>& waiter) {
    const Lock lock(mutex_);
    std::erase(waiting_, waiter);
  }

 private:
  static constexpr size_t most_threads = 8;

  // Empty, or why it cannot.
  std::string start_thread() {
    std::string why;
    const BlockedSignals blocked;
    try {
      std::thread([this] {
        while (const auto waiter = next()) waiter->found(waiter->ask());
      }).detach();
    } catch (const std::system_error& error) {
      why = error.code().message();
    }
    return why;
  }
  // Null: the thread ends.
  std::shared_ptr<Waiter> next() {
    const Lock lock(mutex_);
    if (waiting_.empty()) {
      --threads_;
      return nullptr;
    }
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  Mutex mutex_;
  std::deque<std::shared_ptr<Waiter>> waiting_ GUARDED_BY(mutex_);
  size_t threads_ GUARDED_BY(mutex_) = 0;
};

LookUp::LookUp(Loop& loop, const std::string& host, uint16_t port, Done done)
    : waiter_(std::make_shared<Waiter>(loop, host, port, std::move(done))) {
  Queue::only_one().add(waiter_);
}

LookUp::~LookUp() {
  waiter_->give_up();
  Queue::only_one().remove(waiter_);
}

}  // namespace transport
