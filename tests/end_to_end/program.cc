#include "tests/end_to_end/program.h"

#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace router {

Program::Program(const std::string& config_file) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::string program = WAMPD_PROGRAM, option = "--config", file = config_file;
  char* arguments[] = {program.data(), option.data(), file.data(), nullptr};
  const int failed = posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = ends[0];
  if (failed != 0) throw std::runtime_error("cannot start " + program);

  const std::string before_port = "listening on 127.0.0.1:";
  std::string log;
  char byte = 0;
  while (read(output_, &byte, 1) == 1) {
    log += byte;
    const size_t at = log.find(before_port);
    if (byte != '\n' || at == std::string::npos) continue;
    port_ = static_cast<uint16_t>(std::stoi(log.substr(at + before_port.size())));
    return;
  }
  kill();
  close(output_);
  throw std::runtime_error(log);
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
