// A wampd process that logs into a file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace soak {

class RouterProcess {
 public:
  // Waits until it listens on all of `transports` addresses; throws with its log if it does not.
  RouterProcess(const std::string& program, const std::string& config_file, const std::string& log_file,
                size_t transports);
  // Kills it if it still runs.
  ~RouterProcess();
  RouterProcess(const RouterProcess&) = delete;
  RouterProcess& operator=(const RouterProcess&) = delete;

  uint16_t port(size_t transport) const { return ports_.at(transport); }
  bool runs();
  uint64_t resident_bytes() const;
  // SIGTERM. Returns its exit code, or -1 if it ended otherwise.
  int terminate();
  std::string log() const;

 private:
  pid_t process_ = -1;
  int status_ = 0;
  const std::string log_file_;
  std::vector<uint16_t> ports_;
};

}  // namespace soak
