// wampd-reliability: what a WAMP router does when its peers misbehave; bench/reliability/run starts it.
//
// Exit status: 0 and a line of JSON if all went as it must, 1 otherwise.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "bench/reliability/trial.h"
#include "client/wire/stop_signal.h"

namespace bench::reliability {

namespace {

void add_common_options(CLI::App& app, Options& options) {
  app.add_option("--port", options.server.address.port)->required();
  app.add_option("--pid", options.server_pid, "the router's process")->required();
  app.add_option("--realm", options.join.realm)->capture_default_str();
}

void add_slow_subscriber(CLI::App& app, Options& options, SlowSubscriber& trial) {
  CLI::App* command = app.add_subcommand("slow-subscriber", "one of many subscribers reads nothing");
  command->add_option("--subscribers", trial.subscribers)->capture_default_str();
  command->add_option("--rate", trial.rate, "publications a second")->capture_default_str();
  command->add_option("--payload", options.payload_size, "bytes")->capture_default_str();
  command->add_option("--warmup", options.warmup_s, "seconds")->capture_default_str();
  command->add_option("--duration", options.duration_s, "seconds")->capture_default_str();
  command->add_flag("!--nobody-stuck", trial.one_is_stuck, "all read: to compare with");
}

void add_black_hole(CLI::App& app, BlackHole& trial) {
  CLI::App* command = app.add_subcommand("black-hole", "holders of registrations vanish without a word");
  command->add_option("--procedures", trial.procedures)->capture_default_str();
  command->add_option("--connections", trial.connections, "that hold them")->capture_default_str();
}

void add_churn(CLI::App& app, Churn& trial) {
  CLI::App* command = app.add_subcommand("churn", "connections that end at any point of the protocol");
  command->add_option("--cycles", trial.cycles)->capture_default_str();
  command->add_option("--warmup-cycles", trial.warmup_cycles)->capture_default_str();
  command->add_option("--at-a-time", trial.at_a_time)->capture_default_str();
  command->add_option("--seed", trial.seed)->capture_default_str();
  command->add_option("--unix", trial.rawsocket_path, "a Unix socket on which the router serves RawSocket");
}

void add_bystanders(CLI::App& app, Options& options) {
  CLI::App* command =
      app.add_subcommand("bystanders", "those who call each other until they are told to end");
  command->add_option("--callers", options.callers, "each with a callee of its own")->capture_default_str();
  command->add_option("--rate", options.rate, "calls a second")->required();
}

int run(int argc, char** argv) {
  Options options;
  SlowSubscriber flood;
  BlackHole hole;
  Churn visits;
  CLI::App app("What a WAMP router does when its peers misbehave", "wampd-reliability");
  app.require_subcommand(1);
  add_common_options(app, options);
  add_slow_subscriber(app, options, flood);
  add_black_hole(app, hole);
  add_churn(app, visits);
  add_bystanders(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  wire::catch_stop_signals();
  wire::raise_descriptor_limit();
  const auto asked = [&app](const char* name) { return app.got_subcommand(name); };
  const std::string line = asked("slow-subscriber") ? slow_subscriber(options, flood)
                           : asked("black-hole")    ? black_hole(options, hole)
                           : asked("churn")         ? churn(options, visits)
                                                    : bystanders(options);
  std::fputs(line.c_str(), stdout);
  return wire::stop_requested() && !asked("bystanders") ? 1 : 0;
}

}  // namespace

}  // namespace bench::reliability

int main(int argc, char** argv) {
  try {
    return bench::reliability::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wampd-reliability: %s\n", error.what());
    return 1;
  }
}
