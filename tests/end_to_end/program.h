// The built program, started as a process of its own with a configuration, on a free port.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace router {

class Program {
 public:
  // Waits until it listens; throws with what it said if it ends instead. `config_file` must ask for port 0.
  explicit Program(const std::string& config_file, const std::vector<std::string>& further_arguments = {});
  // With these arguments alone, which ask for a free port of 127.0.0.1, and that file as its standard input.
  explicit Program(std::vector<std::string> arguments, const std::string& input = "/dev/null");
  // Ends it as kill() does, if it still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  uint16_t port() const { return port_; }
  pid_t pid() const { return process_; }
  // What it has logged up to and with the line that says that it listens.
  const std::string& beginning() const { return beginning_; }
  // SIGHUP: it reads its configuration again.
  void reload();
  // SIGTERM: it drains and ends.
  void terminate();
  // Waits for its end and gives its exit code; -1 if a signal has ended it.
  int exit_code();
  // What it logs up to and with the first line that contains the text. Throws if there is none within ten
  // seconds.
  std::string log_until(const std::string& text);
  // SIGKILL: nothing is finished, nothing is said.
  void kill();

 private:
  pid_t process_ = -1;
  int output_ = -1;  // what it logs
  std::string beginning_;
  uint16_t port_ = 0;
};

// The program, run to its end, with that file as its standard input.
struct Ended {
  int code = 0;
  std::string output;  // of both kinds
};
Ended run_program(const std::vector<std::string>& arguments, const std::string& input = "/dev/null");

}  // namespace router
