#include "bench/load/process.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace bench::load {

uint64_t cpu_time_ns(int pid) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  std::error_code error;
  uint64_t sum = 0;
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    uint64_t on_cpu_ns = 0;
    std::ifstream(task.path() / "schedstat") >> on_cpu_ns;
    sum += on_cpu_ns;
  }
  if (error || sum == 0)
    throw std::runtime_error("cannot read the CPU time in " + tasks + ": has the server ended?");
  return sum;
}

uint64_t resident_bytes(int pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/status";
  std::ifstream status(path);
  for (std::string word; status >> word;) {
    uint64_t kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes * 1024;
  }
  throw std::runtime_error("no VmRSS in " + path);
}

uint64_t open_descriptors(int pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<uint64_t>(std::distance(begin(all), end(all)));
}

}  // namespace bench::load
