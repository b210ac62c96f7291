#include "router/process/succession.h"

#include <chrono>
#include <stdexcept>

namespace router {
namespace {

// At what no signal tells.
constexpr auto look_again = std::chrono::milliseconds(100);
// With a new process.
constexpr auto start_patience = std::chrono::seconds(60);
constexpr auto time_to_say_why = std::chrono::seconds(2);

Successor::State wait_for(const Successor& successor, Watchdog& watchdog, const Signals& signals) {
  auto state = Successor::State::starts;
  const auto deadline = std::chrono::steady_clock::now() + start_patience;
  while (state == Successor::State::starts && !signals.ask_to_end() &&
         std::chrono::steady_clock::now() < deadline) {
    watchdog.look();
    state = successor.wait(look_again);
  }
  return state;
}

}  // namespace

Successor start_successor(const std::string& program, const std::vector<std::string>& arguments,
                          const std::vector<HandedSocket>& sockets, Watchdog& watchdog,
                          const Signals& signals) {
  Successor successor(program, arguments, sockets);
  const auto state = wait_for(successor, watchdog, signals);
  if (state == Successor::State::is_ready) return successor;
  const bool has_ended = state == Successor::State::has_ended;
  successor.end(has_ended ? time_to_say_why : std::chrono::milliseconds(0));
  throw std::runtime_error(has_ended ? "the new one has ended, and says why"
                                     : "the new one was not ready in time");
}

void wait_for_end_of(const Predecessor& predecessor, const ServiceManager& manager, const Signals& signals) {
  predecessor.let_go();
  Watchdog watchdog(manager, {});
  while (!predecessor.has_ended(look_again)) {
    watchdog.look();
    if (signals.ask_to_end()) throw std::runtime_error("asked to end before the old process had ended");
  }
}

}  // namespace router
