#include "client/command/child/child_pool.h"

#include <algorithm>
#include <stdexcept>

namespace client::command {
namespace {

constexpr int status_not_started = 126;
constexpr int status_canceled = 130;

}  // namespace

ChildPool::Id ChildPool::run(ChildCommand command, Child::OnEnd on_end) {
  const bool is_full = waiting_.size() >= limits_.waiting || waiting_bytes_ >= limits_.waiting_bytes;
  if (running_.size() >= at_a_time_ && is_full) return none;
  waiting_bytes_ += bytes_of(command);
  waiting_.push_back({++last_, std::move(command), std::move(on_end)});
  const Id id = last_;
  begin_next();
  return id;
}

void ChildPool::begin_next() {
  while (!waiting_.empty() && running_.size() < at_a_time_) begin(take(waiting_.begin()));
}

ChildPool::Waiting ChildPool::take(std::deque<Waiting>::iterator place) {
  Waiting taken = std::move(*place);
  waiting_.erase(place);
  waiting_bytes_ -= bytes_of(taken.command);
  return taken;
}

size_t ChildPool::bytes_of(const ChildCommand& command) {
  size_t sum = command.input.size();
  for (const auto& [name, value] : command.environment) sum += name.size() + value.size();
  return sum;
}

std::string ChildPool::waiting_text() const {
  return std::to_string(waiting_.size()) + " wait already, with " + std::to_string(waiting_bytes_) +
         " bytes to read";
}

void ChildPool::begin(Waiting next) {
  const auto end = [this, id = next.id, on_end = next.on_end](ChildEnd how) {
    running_.erase(id);
    begin_next();
    on_end(std::move(how));
  };
  try {
    running_.emplace(next.id, std::make_unique<Child>(loop_, std::move(next.command), end));
  } catch (const std::runtime_error& error) {
    loop_.post([weak = std::weak_ptr(self_), on_end = next.on_end, what = std::string(error.what())] {
      if (weak.lock()) on_end({.status = status_not_started, .output = {}, .errors = what});
    });
  }
}

void ChildPool::cancel(Id id) {
  if (const auto child = running_.find(id); child != running_.end()) return child->second->kill();
  const auto found =
      std::find_if(waiting_.begin(), waiting_.end(), [id](const Waiting& one) { return one.id == id; });
  if (found == waiting_.end()) return;
  loop_.post([weak = std::weak_ptr(self_), on_end = take(found).on_end] {
    if (weak.lock()) on_end({.status = status_canceled, .output = {}, .errors = "canceled"});
  });
}

void ChildPool::cancel_all() {
  while (!waiting_.empty()) cancel(waiting_.back().id);
  for (const auto& [id, child] : running_) child->kill();
}

}  // namespace client::command
