// Something that is done again and again: how often, how many at a time, when, and how long each took.
//
// On the loop's thread; outlives the loop's run.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "client/command/connection/connection.h"

namespace client::command {

class Repetition {
 public:
  // `what` is what it does: "calls".
  void add_options(CLI::App& app, const std::string& what);

  // `begin` is given what to call once when it has ended, and may call that at once. Nothing is begun while
  // the connection has no room. `all_done` is called after the last.
  using Done = std::function<void()>;
  void start(Connection& connection, std::function<void(Done)> begin, Done all_done);
  // Begins nothing any more, and calls nobody.
  void stop() { is_stopped_ = true; }

  // With --time, once there was one: how many, and how long they took; else empty.
  std::string times() const;

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t most_kept = 1'000'000;  // of the times that each took
  static constexpr int most_in_a_turn = 100;      // then what the router says is heard

  bool has_next() const { return !is_stopped_ && (repeat_ == 0 || begun_ < repeat_); }
  void begin_what_is_due();
  void begin_soon();
  void begin_after(std::chrono::milliseconds delay);
  void end_one(Clock::time_point began);

  std::string what_;
  uint64_t repeat_ = 1, concurrency_ = 1;
  std::chrono::milliseconds every_{0};
  bool wants_times_ = false;

  Connection* connection_ = nullptr;
  std::function<void(Done)> begin_;
  Done all_done_;
  uint64_t begun_ = 0, ended_ = 0;
  bool is_stopped_ = false, is_waiting_ = false, is_posted_ = false;
  Clock::time_point started_, due_;
  std::vector<std::chrono::nanoseconds> took_;
};

}  // namespace client::command
