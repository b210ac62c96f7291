#include "bench/load/measure.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <thread>

#include "bench/load/clock.h"
#include "bench/load/failure.h"
#include "bench/load/measuring_thread.h"
#include "client/wire/stop_signal.h"

namespace bench::load {

namespace {

constexpr size_t kOpeningAtATime = 64;  // far below any server's backlog
constexpr uint64_t kOpeningLimit_s = 30;

// Who was disbanded has nothing to tell.
void throw_first(const std::vector<std::exception_ptr>& failures) {
  for (const std::exception_ptr& failure : failures) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const Disbanded&) {
    }
  }
}

}  // namespace

void open_all(const std::vector<Session*>& sessions, Loop& loop) {
  const uint64_t deadline_ns = now_ns() + kOpeningLimit_s * kSecond;
  size_t begun = 0;
  for (size_t ready = 0; ready < sessions.size();) {
    while (begun < sessions.size() && begun - ready < kOpeningAtATime) sessions[begun++]->open();
    if (wire::stop_requested())
      throw Failure(Failure::Kind::interrupted, "interrupted before all sessions were open");
    if (!loop.turn(deadline_ns)) {
      const Session& first = *sessions[ready];
      throw Failure(first.connected() ? Failure::Kind::late : Failure::Kind::cannot_connect,
                    first.name() + " was not ready after " + std::to_string(kOpeningLimit_s) + " s");
    }
    while (ready < begun && sessions[ready]->ready()) ++ready;
  }
}

Report measure(const Options& options) {
  Team team(options.threads);
  Progress progress(options.progress, options.threads);
  std::vector<Part> parts(options.threads);
  std::vector<std::exception_ptr> failures(options.threads);
  const auto run = [&](size_t index) {
    try {
      parts[index] = MeasuringThread(options, {index, options.threads}, team, progress).run();
    } catch (...) {
      failures[index] = std::current_exception();
      team.disband();
    }
  };
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < options.threads; ++i) others.emplace_back(run, i);
    run(0);
  }
  throw_first(failures);
  Report report;
  for (const Part& part : parts) report.add(part);
  return report;
}

}  // namespace bench::load
