#include "router/chaos/unreliable_connection.h"

#include <utility>

#include "router/memory/holding.h"

namespace router::chaos {
namespace {

// Why the real one is not read.
constexpr transport::Pause wish_of_session = transport::pause_of_receiver(0);
constexpr transport::Pause death = transport::pause_of_receiver(1);

}  // namespace

// What waits here waits as events do for a slow subscriber.
UnreliableConnection::UnreliableConnection(transport::Connection& real, Host& host)
    : Connection(real.account()), real_(real), host_(host), charge_(real.account(), holding::events) {}

void UnreliableConnection::suffer(Fault fault) {
  if (!is_open_) return;
  is_open_ = false;
  end_all_holding();
  if (fault == Fault::drop) return real_.drop("chaos: drop");
  is_dead_ = true;
  real_.pause_reading(death);
  host_.on_dead();
}

void UnreliableConnection::send(transport::BufferRef frame) {
  if (!is_open_) return;
  const auto mishap = host_.mishap_of_next();
  if (mishap && mishap->fault != Fault::slow) return suffer(mishap->fault);
  if (!mishap && held_.empty()) return real_.send(std::move(frame));
  hold(std::move(frame), mishap ? std::optional(mishap->delay) : std::nullopt);
}

void UnreliableConnection::hold(transport::BufferRef frame, std::optional<std::chrono::milliseconds> delay) {
  const uint64_t number = ++held_count_;
  charge_.set(charge_.bytes() + frame->size());
  held_.push_back({std::move(frame), number, delay.has_value()});
  if (delay) host_.later(*delay, [this, number] { release(number); });
}

void UnreliableConnection::release(uint64_t number) {
  if (held_.empty() || number < held_.front().number) return;  // all up to it have been let go
  held_[number - held_.front().number].waits = false;
  send_released();
}

void UnreliableConnection::send_released() {
  while (!held_.empty() && !held_.front().waits) {
    transport::BufferRef frame = std::move(held_.front().frame);
    held_.pop_front();
    charge_.set(charge_.bytes() - frame->size());
    real_.send(std::move(frame));
  }
}

void UnreliableConnection::end_all_holding() {
  held_.clear();
  charge_.set(0);
}

void UnreliableConnection::close(uint16_t code, std::string_view reason) {
  if (!is_open_) return;
  for (Held& held : held_) held.waits = false;
  send_released();
  is_open_ = false;
  pauses_.end();
  real_.close(code, reason);
}

void UnreliableConnection::drop(std::string why) {
  is_open_ = false;
  end_all_holding();
  real_.drop(std::move(why));
}

void UnreliableConnection::probe() {
  if (!is_dead_) real_.probe();
}

void UnreliableConnection::ping(std::string_view payload) {
  if (!is_dead_) real_.ping(payload);
}

void UnreliableConnection::on_paused() {
  real_.pause_reading(wish_of_session);
}

void UnreliableConnection::on_resumed() {
  real_.resume_reading(wish_of_session);
}

}  // namespace router::chaos
