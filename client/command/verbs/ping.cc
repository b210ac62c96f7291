// wampd ping, wampd ready
#include <cstdio>
#include <optional>
#include <string>

#include <unistd.h>

#include "client/command/connection/connection.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/duration.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

class PingVerb final : public Verb {
 public:
  explicit PingVerb(CLI::App& app) {
    add_count(app, "-C,--count", count_, 1, "so many; default: 4");
    add_duration(app, "--every", every_, "from one to the next; default: 1s");
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    Connection connection(connection_options_, WhenLost::ends, output_);
    connection_ = &connection;
    return connection.run([this](Session& session) { ping(session); });
  }

 private:
  void ping(Session& session) {
    const uint64_t number = ++sent_;
    session.ping([this](std::optional<std::chrono::nanoseconds> time) {
      if (!time || connection_->is_finishing()) return;
      ++answered_;
      print(*time);
      if (answered_ == count_) return connection_->finish(ExitStatus::done);
      connection_->later(every_, [this](Session& session) { ping(session); });
    });
    connection_->expect("PING", [this, number] { return answered_ >= number; });
  }

  void print(std::chrono::nanoseconds time) {
    if (output_.is_terminal()) return output_.line(std::to_string(answered_) + "  " + to_text(time));
    char ms[32];
    std::snprintf(ms, sizeof ms, "%.3f", std::chrono::duration<double, std::milli>(time).count());
    output_.line("{\"ping\":" + std::to_string(answered_) + ",\"ms\":" + ms + "}");
  }

  uint64_t count_ = 4;
  std::chrono::milliseconds every_{1000};
  ConnectionOptions connection_options_;

  Output output_{STDOUT_FILENO};
  Connection* connection_ = nullptr;
  uint64_t sent_ = 0, answered_ = 0;
};

class ReadyVerb final : public Verb {
 public:
  explicit ReadyVerb(CLI::App& app) { connection_options_.add_to(app); }

  ExitStatus run() override {
    Output output(STDOUT_FILENO);
    Connection connection(connection_options_, WhenLost::ends, output);
    return connection.run([&](Session&) { connection.finish(ExitStatus::done); });
  }

 private:
  ConnectionOptions connection_options_;
};

}  // namespace

std::unique_ptr<Verb> make_ping(CLI::App& app) {
  return std::make_unique<PingVerb>(app);
}

std::unique_ptr<Verb> make_ready(CLI::App& app) {
  return std::make_unique<ReadyVerb>(app);
}

}  // namespace client::command
