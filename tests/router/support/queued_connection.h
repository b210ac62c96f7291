// A connection in memory: what is sent waits in a queue until its peer reads it.
//
// Lives on its worker's thread. For peers that a test or a simulation plays; who derives from it reads with
// read(), and sees in on_sent() what the router says at the moment at which it says it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "transport/connection/connection.h"

namespace router {

class QueuedConnection : public transport::Connection {
 public:
  // Ends by itself when more than `max_queued` bytes wait for its peer.
  QueuedConnection(std::string address, size_t max_queued)
      : address_(std::move(address)), max_queued_(max_queued) {}

  transport::Framing framing() const override { return transport::Framing::bare; }
  const std::string& peer_address() const override { return address_; }
  void send(transport::BufferRef frame) final {
    if (ended_) return;
    queued_bytes_ += frame->size();
    queue_.push_back(frame);
    if (queued_bytes_ > max_queued_) end();
    on_sent(frame);
  }
  size_t queued_bytes() const override { return queued_bytes_; }
  int64_t taken_bytes() override { return taken_bytes_; }
  size_t share() const override { return account()->total(); }
  void close(uint16_t, std::string_view) override { end(); }
  void drop(std::string) override { end(); }
  void limit_rate(const transport::Rate&) override {}

 protected:
  // The router, or a queue that is too long, wants no more of it.
  virtual void on_end() {}
  virtual void on_sent(const transport::BufferRef&) {}
  void on_resumed() override {}

  bool ended() const { return ended_; }
  void end() {
    if (!std::exchange(ended_, true)) on_end();
  }
  size_t waiting() const { return queue_.size(); }
  // The oldest frame that waits. Precondition: one does.
  transport::BufferRef read() {
    transport::BufferRef frame = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= frame->size();
    taken_bytes_ += static_cast<int64_t>(frame->size());
    return frame;
  }
  // The next connection of the same peer.
  void begin_anew() {
    queue_.clear();
    queued_bytes_ = 0;
    pauses_ = {};
    ended_ = false;
  }

 private:
  const std::string address_;
  const size_t max_queued_;
  std::deque<transport::BufferRef> queue_;
  size_t queued_bytes_ = 0;
  int64_t taken_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace router
