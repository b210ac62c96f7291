#include "tests/end_to_end/program.h"

#include <csignal>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace router {

namespace {

struct Started {
  pid_t process = -1;
  int output = -1;
};

Started start(std::vector<std::string> arguments, const std::string& input = "/dev/null") {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  arguments.emplace(arguments.begin(), WAMPD_PROGRAM);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  Started started;
  started.output = ends[0];
  const int failed = posix_spawn(&started.process, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) throw std::runtime_error("cannot start " + arguments.front());
  return started;
}

std::vector<std::string> with_config(const std::string& file, const std::vector<std::string>& further) {
  std::vector<std::string> arguments{"--config", file};
  arguments.insert(arguments.end(), further.begin(), further.end());
  return arguments;
}

}  // namespace

Program::Program(const std::string& config_file, const std::vector<std::string>& further_arguments)
    : Program(with_config(config_file, further_arguments)) {}

Program::Program(std::vector<std::string> arguments, const std::string& input) {
  const Started started = start(std::move(arguments), input);
  process_ = started.process;
  output_ = started.output;
  const std::string before_port = "listening on 127.0.0.1:";
  try {
    beginning_ = log_until(before_port);
    const size_t port = beginning_.find(before_port) + before_port.size();
    port_ = static_cast<uint16_t>(std::stoi(beginning_.substr(port)));
  } catch (...) {
    kill();
    close(output_);
    throw;
  }
}

std::string Program::log_until(const std::string& text) {
  constexpr int patience_ms = 10000;
  std::string log;
  size_t line = 0;  // where the last one begins
  char byte = 0;
  for (;;) {
    pollfd readable{output_, POLLIN, 0};
    if (poll(&readable, 1, patience_ms) != 1 || read(output_, &byte, 1) != 1) throw std::runtime_error(log);
    log += byte;
    if (byte != '\n') continue;
    if (log.find(text, line) != std::string::npos) return log;
    line = log.size();
  }
}

void Program::reload() {
  ::kill(process_, SIGHUP);
}

void Program::terminate() {
  ::kill(process_, SIGTERM);
}

int Program::exit_code() {
  int status = 0;
  waitpid(std::exchange(process_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Ended run_program(const std::vector<std::string>& arguments, const std::string& input) {
  const Started started = start(arguments, input);
  Ended ended;
  char byte = 0;
  while (read(started.output, &byte, 1) == 1) ended.output += byte;
  close(started.output);
  int status = 0;
  waitpid(started.process, &status, 0);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

Program::~Program() {
  kill();
  close(output_);
}

void Program::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace router
