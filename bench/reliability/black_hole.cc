// Exclusive registrations whose holders vanish without a word: how long until a new connection has them all.
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/measure.h"
#include "bench/load/session.h"
#include "bench/reliability/json_line.h"
#include "bench/reliability/trial.h"

namespace bench::reliability {

using namespace load;

namespace {

constexpr uint64_t kPatience_s = 60;

// Registers the procedures `first` to `first` + `count` - 1.
class Callee final : public Session {
 public:
  Callee(Loop& loop, const Options& options, const std::string& who, size_t first, size_t count)
      : Session(loop, options,
                {.name = who,
                 .floor_path = {},
                 .serializer = options.serializer,
                 .peer_serializer = options.serializer,
                 .first_request = {}}),
        first_(first),
        count_(count) {}

  void register_all() {
    for (size_t i = 0; i < count_; ++i)
      send({kRegister, i + 1, Dict{}, "bench.held." + std::to_string(first_ + i)});
  }
  size_t registered() const { return registered_; }
  bool has_all() const { return registered_ == count_; }
  void go_dark() { connection().go_dark(); }

 private:
  void on_wamp(const Head& head, std::string_view message, uint64_t) override {
    if (head.type != kRegistered) throw std::runtime_error(name() + " heard " + printable(message));
    ++registered_;
  }

  size_t first_, count_;
  size_t registered_ = 0;
};

void wait_until_registered(Loop& loop, const Callee& callee) {
  const uint64_t deadline_ns = now_ns() + kPatience_s * kSecond;
  while (!callee.has_all()) {
    if (!loop.turn(deadline_ns))
      throw std::runtime_error(callee.name() + " has only " + std::to_string(callee.registered()) +
                               " registrations after " + std::to_string(kPatience_s) + " s");
  }
}

}  // namespace

std::string black_hole(const Options& options, const BlackHole& trial) {
  Loop loop;
  std::vector<std::unique_ptr<Callee>> holders;
  std::vector<Session*> sessions;
  const size_t each = trial.procedures / trial.connections;
  for (size_t i = 0; i < trial.connections; ++i) {
    holders.push_back(std::make_unique<Callee>(loop, options, "holder " + std::to_string(i), i * each, each));
    sessions.push_back(holders.back().get());
  }
  open_all(sessions, loop);
  for (const auto& holder : holders) holder->register_all();
  for (const auto& holder : holders) wait_until_registered(loop, *holder);
  for (const auto& holder : holders) holder->go_dark();

  const uint64_t begun_ns = now_ns();
  Callee heir(loop, options, "heir", 0, each * trial.connections);
  open_all({&heir}, loop);
  heir.register_all();
  wait_until_registered(loop, heir);
  JsonLine line;
  line.add("registrations", heir.registered());
  line.add("connections", trial.connections);
  line.add("taken_over_after_s", static_cast<double>(now_ns() - begun_ns) / 1e9);
  return line.text();
}

}  // namespace bench::reliability
