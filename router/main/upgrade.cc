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
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace router::program {
namespace {

constexpr auto patience = std::chrono::seconds(65);  // longer than the router has with the new process
constexpr auto patience_without_child = std::chrono::seconds(3);
constexpr auto pause = std::chrono::milliseconds(5);

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
  if (has_signal(field_of_status(number, "SigIgn"))) return false;
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
    if (read.ec == std::errc() && read.ptr == name.data() + name.size() &&
        field_of_status(name, "Name") == "wampd" && waits_for_upgrade(process))
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

std::set<pid_t> children_of(pid_t process) {
  const std::string number = std::to_string(process);
  std::ifstream children("/proc/" + number + "/task/" + number + "/children");
  return {std::istream_iterator<pid_t>(children), {}};
}

}  // namespace

int upgrade(const UpgradeOptions& options) {
  const pid_t process = options.process > 0 ? options.process : only_router();
  const std::string name = "process " + std::to_string(process);
  if (!waits_for_upgrade(process)) throw std::runtime_error(name + " is no router that could be upgraded");
  const std::set<pid_t> before = children_of(process);
  if (::kill(process, SIGUSR2) != 0)
    throw std::runtime_error("cannot signal " + name + ": " + std::generic_category().message(errno));
  std::optional<pid_t> child;
  auto deadline = std::chrono::steady_clock::now() + patience_without_child;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool has_handed_over = !waits_for_upgrade(process);
    std::optional<pid_t> now;
    for (const pid_t one : children_of(process))
      if (!before.contains(one)) now = one;
    if (has_handed_over) {
      const auto successor = now ? now : child;
      const std::string who = successor ? "process " + std::to_string(*successor) : "another process";
      std::puts((who + " serves now, " + name + " drains").c_str());
      return EXIT_SUCCESS;
    }
    if (child && !now) break;
    if (!child && now) deadline = std::chrono::steady_clock::now() + patience;
    child = now;
    std::this_thread::sleep_for(pause);
  }
  throw std::runtime_error(name + " serves on, as no new one became ready: its log says why");
}

}  // namespace router::program
