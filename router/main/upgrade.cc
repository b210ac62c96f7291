#include "router/main/upgrade.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace router::program {
namespace {

constexpr auto patience = std::chrono::seconds(65);  // longer than the router has with the new process
constexpr auto pause = std::chrono::milliseconds(20);

// `of`: "123", or "123/task/124" for one of its threads.
std::string field_of_status(const std::string& of, const std::string& name) {
  std::ifstream status("/proc/" + of + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  return "";
}

bool has_signal(const std::string& mask) {
  uint64_t signals = 0;
  std::from_chars(mask.data(), mask.data() + mask.size(), signals, 16);
  return (signals >> (SIGUSR2 - 1)) & 1;
}

// A router has SIGUSR2 blocked in its workers, as the main thread waits for it, and ignores it when it has
// handed over or ends. Other commands of wampd do neither.
bool waits_for_upgrade(pid_t process) {
  const std::string number = std::to_string(process);
  if (field_of_status(number, "Name") != "wampd" || has_signal(field_of_status(number, "SigIgn")))
    return false;
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + number + "/task", gone))
    if (has_signal(field_of_status(number + "/task/" + thread.path().filename().string(), "SigBlk")))
      return true;
  return false;
}

std::vector<pid_t> routers() {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), process);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size() && waits_for_upgrade(process))
      found.push_back(process);
  }
  return found;
}

pid_t only_router() {
  const std::vector<pid_t> found = routers();
  if (found.size() == 1) return found.front();
  if (found.empty()) throw std::runtime_error("no router runs here that could be upgraded");
  std::string numbers;
  for (const pid_t process : found) numbers += " " + std::to_string(process);
  throw std::runtime_error("several routers run here: say with --pid which:" + numbers);
}

// Its only child: a router has no others.
std::optional<pid_t> child_of(pid_t process) {
  const std::string number = std::to_string(process);
  std::ifstream children("/proc/" + number + "/task/" + number + "/children");
  pid_t child = 0;
  return children >> child ? std::optional(child) : std::nullopt;
}

}  // namespace

int upgrade(const UpgradeOptions& options) {
  const pid_t process = options.process > 0 ? options.process : only_router();
  const std::string name = "process " + std::to_string(process);
  if (!waits_for_upgrade(process)) throw std::runtime_error(name + " is no router that could be upgraded");
  if (::kill(process, SIGUSR2) != 0)
    throw std::runtime_error("cannot signal " + name + ": " + std::generic_category().message(errno));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::optional<pid_t> child;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto now = child_of(process);
    if (!waits_for_upgrade(process)) {
      const std::string successor = child ? "process " + std::to_string(*child) : "another process";
      std::puts((successor + " serves now, " + name + " drains").c_str());
      return EXIT_SUCCESS;
    }
    if (child && !now) break;
    child = now;
    std::this_thread::sleep_for(pause);
  }
  throw std::runtime_error(name + " serves on, as the new one did not become ready: its log says why");
}

}  // namespace router::program
