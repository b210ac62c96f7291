#include "client/loop.h"

#include <map>
#include <utility>

#include <asio/posix/stream_descriptor.hpp>
#include <unistd.h>

#include "transport/loop/loop.h"

namespace client {

struct Loop::Inside {
  using Descriptor = asio::posix::stream_descriptor;

  transport::Loop loop;
  std::map<int, Descriptor> watched;
};

Loop::Loop() : inside_(std::make_unique<Inside>()) {}

Loop::~Loop() {
  for (auto& [number, descriptor] : inside_->watched) descriptor.release();
}

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
  const auto [place, is_new] = inside_->watched.try_emplace(descriptor, inside_->loop.io());
  asio::error_code error;
  if (is_new) place->second.assign(descriptor, error);
  if (error) {  // a file, say
    inside_->watched.erase(place);
    return post(std::move(work));
  }
  place->second.async_wait(Inside::Descriptor::wait_read,
                           [this, work = std::move(work)](asio::error_code canceled) mutable {
                             if (!canceled) post(std::move(work));
                           });
}

void Loop::forget(int descriptor) {
  const auto found = inside_->watched.find(descriptor);
  if (found == inside_->watched.end()) return;
  found->second.release();
  inside_->watched.erase(found);
}

}  // namespace client
