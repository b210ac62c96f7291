#include "transport/connect/look_up.h"

#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>

#include "transport/locks/mutex.h"
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
  Waiter(Loop& loop, Done done) : loop_(&loop), done_(std::move(done)) {}

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
  Mutex mutex_;
  Loop* loop_ GUARDED_BY(mutex_);  // null: nobody waits any more
  Done done_;                      // of the loop's thread
};

LookUp::LookUp(Loop& loop, const std::string& host, uint16_t port, Done done)
    : waiter_(std::make_shared<Waiter>(loop, std::move(done))) {
  // Signals are for the threads that expect them.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  try {
    std::thread([waiter = waiter_, host, port] { waiter->found(look_up(host, port)); }).detach();
  } catch (const std::system_error& error) {
    waiter_->found({{}, error.code().message()});
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LookUp::~LookUp() {
  waiter_->give_up();
}

}  // namespace transport
