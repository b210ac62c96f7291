// A subcommand's way to the router: it joins, comes back after a loss if that is wanted, and ends with one
// exit status.
//
// One thread, that of run(). What is called from it must not throw.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/backoff.h"
#include "client/command/connection/exit_status.h"
#include "client/command/connection/signals.h"
#include "client/command/output/output.h"
#include "client/command/settings/connection_options.h"
#include "client/loop.h"
#include "client/session.h"

namespace client::command {

enum class WhenLost { ends, comes_back };

class Connection {
 public:
  // Throws std::invalid_argument if the settings are wrong. `output` outlives it.
  Connection(const ConnectionOptions& options, WhenLost when_lost, Output& output);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects, calls `on_joined` for each session that has joined, and returns what finish() or the
  // connection's end says.
  ExitStatus run(std::function<void(Session&)> on_joined);

  // Leaves; the first status counts. Once and for all: nothing is begun any more.
  void finish(ExitStatus status);
  // The same, and complains.
  void fail(ExitStatus status, std::string_view what);
  // Of a request: its error is told, unless it is the end of the session, which is told anyway.
  void fail(const Error& error);
  // As finish(), for who has sent what nobody acknowledges: if the router does not answer the GOODBYE, which
  // comes behind all that, it may be lost, and so the connection counts as lost.
  void finish_when_taken(ExitStatus status);
  bool is_finishing() const { return status_.has_value(); }

  Loop& loop() { return loop_; }
  const Joined* joined() const { return session_ ? session_->joined() : nullptr; }
  // How long each answer may take, if it is told.
  std::optional<std::chrono::milliseconds> timeout() const { return timeout_; }
  // Fails after --timeout, if that is told, unless `is_done` by then: `what` has not been answered.
  void expect(std::string what, std::function<bool()> is_done);

  // Whether the router keeps up: else nothing more is to be sent now, and this is asked again after a pause.
  bool has_room() const;
  static constexpr std::chrono::milliseconds pause_for_room{5};

  // After that time, if the session that is there now is then still there and nothing is finishing.
  void later(std::chrono::milliseconds delay, std::function<void(Session&)> call);

  // Called at the beginning of the end, before the session leaves.
  void when_finishing(std::function<void()> call) { when_finishing_ = std::move(call); }
  // The terminal has another size.
  void when_resized(std::function<void()> call) { when_resized_ = std::move(call); }
  // The process is stopped by Ctrl-Z after that call, and goes on later: for who draws on the terminal. Who
  // does not is stopped as any other.
  void when_suspended(std::function<void()> before, std::function<void()> afterwards);

 private:
  void connect();
  void on_joined(const Joined& joined);
  void keep(const std::string& cookie);
  void on_end(const End& end);
  void come_back(const End& end);
  void on_signal();
  void take_signal(int number);
  std::string place() const;

  const WhenLost when_lost_;
  Options options_;
  std::optional<std::chrono::milliseconds> timeout_;
  std::string cookie_jar_;  // a file; "": none
  bool is_verbose_;
  Signals signals_;
  Loop loop_;
  Backoff backoff_{std::chrono::milliseconds(250), std::chrono::milliseconds(30'000)};
  std::unique_ptr<Session> session_;
  std::function<void(Session&)> on_joined_;
  std::function<void()> when_finishing_, when_resized_, when_suspended_, when_continued_;
  std::optional<ExitStatus> status_;
  std::chrono::steady_clock::time_point joined_at_;
  uint64_t connects_ = 0;
  bool has_been_there_ = false, needs_farewell_ = false;
};

}  // namespace client::command
