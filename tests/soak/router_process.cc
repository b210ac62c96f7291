#include "tests/soak/router_process.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace soak {

RouterProcess::RouterProcess(const std::string& program, const std::string& config_file,
                             const std::string& log_file, size_t transports)
    : log_file_(log_file) {
  std::vector<std::string> arguments = {program, "--config", config_file};
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const int failed = posix_spawn(&process_, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + program);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const std::regex listening(R"(listening on 127\.0\.0\.1:([0-9]+))");
  while (ports_.size() < transports) {
    if (!runs() || std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("wampd does not listen:\n" + log());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::string text = log();
    ports_.clear();
    for (std::sregex_iterator found(text.begin(), text.end(), listening), end; found != end; ++found)
      ports_.push_back(static_cast<uint16_t>(std::stoi((*found)[1])));
  }
}

RouterProcess::~RouterProcess() {
  if (!runs()) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

bool RouterProcess::runs() {
  if (process_ >= 0 && ::waitpid(process_, &status_, WNOHANG) == process_) process_ = -1;
  return process_ >= 0;
}

uint64_t RouterProcess::resident_bytes() const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string word; status >> word;) {
    uint64_t kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

int RouterProcess::terminate() {
  if (runs()) {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, &status_, 0);
    process_ = -1;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

std::string RouterProcess::log() const {
  std::ifstream file(log_file_);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace soak
