#include "client/command/verbs/repetition.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "client/command/words/duration.h"
#include "client/command/words/options.h"

namespace client::command {

void Repetition::add_options(CLI::App& app, const std::string& what) {
  what_ = what;
  CLI::Option* const repeat =
      add_count(app, "--repeat", repeat_, 1, what + " in all; default: 1, with --every until interrupted");
  add_duration(app, "--every", every_, "from the beginning of one to that of the next; default: no pause");
  add_count(app, "--concurrency", concurrency_, 1, "so many at a time; default: 1");
  app.add_flag("--time", wants_times_, "say at the end how long they took, on the standard error");
  app.parse_complete_callback([this, repeat] {
    if (every_.count() > 0 && repeat->count() == 0) repeat_ = 0;
  });
}

void Repetition::start(Connection& connection, std::function<void(Done)> begin, Done all_done) {
  connection_ = &connection;
  begin_ = std::move(begin);
  all_done_ = std::move(all_done);
  started_ = due_ = Clock::now();
  begin_what_is_due();
}

void Repetition::begin_what_is_due() {
  for (int begun = 0; has_next() && begun_ - ended_ < concurrency_; ++begun) {
    if (begun == most_in_a_turn) return begin_soon();
    if (!connection_->has_room()) return begin_after(Connection::pause_for_room);
    const auto now = Clock::now();
    if (every_.count() > 0) {
      if (now < due_) return begin_after(std::chrono::ceil<std::chrono::milliseconds>(due_ - now));
      // Who was late does not hurry.
      due_ = std::max(due_, now - every_) + every_;
    }
    ++begun_;
    begin_([this, now] { end_one(now); });
  }
}

void Repetition::begin_soon() {
  if (std::exchange(is_posted_, true)) return;
  connection_->loop().post([this] {
    is_posted_ = false;
    begin_what_is_due();
  });
}

void Repetition::begin_after(std::chrono::milliseconds delay) {
  if (std::exchange(is_waiting_, true)) return;
  connection_->loop().after(delay, [this] {
    is_waiting_ = false;
    begin_what_is_due();
  });
}

void Repetition::end_one(Clock::time_point began) {
  ++ended_;
  if (is_stopped_) return;
  if (wants_times_ && took_.size() < most_kept) took_.push_back(Clock::now() - began);
  if (!has_next()) {
    if (ended_ == begun_) all_done_();
    return;
  }
  // Not from within begin_.
  if (begun_ - ended_ + 1 == concurrency_ || every_.count() == 0) begin_soon();
}

std::string Repetition::times() const {
  if (!wants_times_ || took_.empty()) return "";
  std::vector<std::chrono::nanoseconds> sorted = took_;
  std::sort(sorted.begin(), sorted.end());
  const auto percentile = [&sorted](double part) {
    return to_text(
        sorted[std::min(sorted.size() - 1, static_cast<size_t>(part * static_cast<double>(sorted.size())))]);
  };
  if (sorted.size() == 1) return "took " + to_text(sorted.front());
  const auto in_all = std::chrono::nanoseconds(Clock::now() - started_);
  char rate[32];
  std::snprintf(rate, sizeof rate, "%.0f/s",
                static_cast<double>(ended_) / std::chrono::duration<double>(in_all).count());
  return std::to_string(ended_) + " " + what_ + " in " + to_text(in_all) + ", " + rate + "; least " +
         to_text(sorted.front()) + ", median " + percentile(0.5) + ", p99 " + percentile(0.99) + ", most " +
         to_text(sorted.back());
}

}  // namespace client::command
