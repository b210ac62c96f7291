// The load generator as a command with options: "wampd bench", and the program wampd-load.
#pragma once

#include "bench/load/options.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace bench::load {

class Command {
 public:
  // Adds its options to `app`, which lives longer and is parsed by the caller.
  explicit Command(CLI::App& app);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Loads the server and prints the report. Returns the exit status: 0, or 130 after a stop signal. Throws
  // Failure (bench/load/failure.h) if the load cannot be brought about, and another std::exception if
  // anything was refused, wrong or lost.
  int run() const;

 private:
  // What is read from the command line before it becomes Options.
  struct Words {
    std::string url = "ws://127.0.0.1:8080/ws";
    std::string serializer = "msgpack";
    std::string peer_serializer;
    std::string ticket_file;
    std::string authorities_file;
    size_t pairs = 1;
  };

  CLI::Option* add_amount(const char* name, size_t& amount, size_t most, const std::string& what);
  void add_workload_options();
  void add_server_options();
  void add_measurement_options();
  void finish();
  void check_threads() const;
  void check_floor() const;
  void read_ticket();

  CLI::App& app_;
  Options options_;
  Words words_;
};

}  // namespace bench::load
