#include "client/command/child/child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/command/child/descriptor_limit.h"
#include "client/command/child/running_groups.h"

// Debian 12's header forgets that it is one of C.
extern "C" {
#include <sys/pidfd.h>
}

namespace client::command {
namespace {

constexpr size_t max_errors = 64 << 10;

[[noreturn]] void cannot(const char* what) {
  throw std::runtime_error(std::string("cannot ") + what + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor = -1) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

struct Pipe {
  Descriptor out, in;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) cannot("make a pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// For a loop.
Pipe make_watched_pipe() {
  Pipe pipe = make_pipe();
  ::fcntl(pipe.out.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

// In memory, so that nobody waits until the command has read it.
Descriptor file_with(const std::string& text) {
  Descriptor file(::memfd_create("input", MFD_CLOEXEC));
  if (file.get() < 0) cannot("keep the input of a command");
  for (size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(file.get(), text.data() + done, text.size() - done);
    if (written <= 0) cannot("keep the input of a command");
    done += static_cast<size_t>(written);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

// What a command is told by. If we are one ourselves, it is not to be taken for the command's own.
constexpr std::array<std::string_view, 5> told_by = {
    "WAMP_ARGS_JSON=", "WAMP_KWARGS_JSON=", "WAMP_TOPIC=", "WAMP_PUBLICATION=", "WAMP_PROCEDURE="};

bool is_told_to_us(std::string_view entry) {
  return std::any_of(told_by.begin(), told_by.end(),
                     [&](std::string_view name) { return entry.starts_with(name); });
}

// Our own environment, and behind it what is added, which counts where both have a name.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> result;
  for (const auto& [name, value] : more) result.push_back(name + "=" + value);
  for (char** entry = ::environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const auto is_replaced = [&](const auto& other) {
      return text.starts_with(other.first) && text.substr(other.first.size()).starts_with('=');
    };
    if (!is_told_to_us(text) && std::none_of(more.begin(), more.end(), is_replaced))
      result.emplace_back(text);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

// In the new process, where nothing may be allocated any more. A group of its own, so that all of it can be
// ended; no handlers, masks or limits of ours; and who has begun it does not end without it, also by SIGKILL.
// Why it cannot become the command it writes to `failure`, an errno.
[[noreturn]] void become(char* const* words, char* const* environment, const std::array<int, 3>& descriptors,
                         int failure, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  for (size_t i = 0; i < descriptors.size(); ++i) ::dup2(descriptors[i], static_cast<int>(i));
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  restore_descriptor_limit();
  if (::getppid() == parent) ::execve(words[0], words, environment);
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(failure, &error, sizeof error);
  ::_exit(127);
}

// Waits until the process has become its command: zero, or why it cannot.
int error_of_start(Pipe failure) {
  failure.in = Descriptor();
  int error = 0;
  ssize_t size = 0;
  do size = ::read(failure.out.get(), &error, sizeof error);
  while (size < 0 && errno == EINTR);
  return size == sizeof error ? error : 0;
}

// Its input, output and errors are none of the first three descriptors.
pid_t spawn(const ChildCommand& command, const std::array<int, 3>& descriptors,
            std::optional<RunningGroup>& group) {
  std::vector<std::string> words{"/bin/sh", "-c", command.line};
  std::vector<std::string> environment = environment_with(command.environment);
  const std::vector<char*> word_pointers = pointers(words), environment_pointers = pointers(environment);
  Pipe failure = make_pipe();
  const pid_t self = ::getpid();
  // A signal that ends us comes before there is a process, or finds it in the table.
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &before);
  const pid_t process = ::fork();
  if (process == 0)
    become(word_pointers.data(), environment_pointers.data(), descriptors, failure.in.get(), self);
  int error = errno;
  try {
    if (process > 0) {
      ::setpgid(process, process);  // whoever of both comes first
      group.emplace(process);
    }
  } catch (...) {
    ::kill(-process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (process > 0) {
    error = error_of_start(std::move(failure));
    if (error == 0) return process;
    ::waitpid(process, nullptr, 0);
    group.reset();
  }
  errno = error;
  cannot("start a command");
}

int status_of_wait(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

class Child::Inside : public std::enable_shared_from_this<Inside> {
 public:
  Inside(Loop& loop, const ChildCommand& command, OnEnd on_end)
      : loop_(loop),
        max_output_(command.max_output),
        patience_(command.patience),
        on_end_(std::move(on_end)) {
    const Descriptor input = file_with(command.input);
    Pipe output = make_watched_pipe(), errors = make_watched_pipe();
    process_ = spawn(command, {input.get(), output.in.get(), errors.in.get()}, group_);
    output_ = std::move(output.out);
    errors_ = std::move(errors.out);
    handle_ = Descriptor(::pidfd_open(process_, 0));
    if (handle_.get() < 0) {
      abandon();
      cannot("watch a command");
    }
  }
  ~Inside() { abandon(); }

  void watch() {
    watch(handle_, [this] { finish(); });
    watch_output();
    watch_errors();
  }

  void kill() {
    if (process_ < 0 || is_killed_) return;
    is_killed_ = true;
    ::kill(-process_, SIGTERM);
    loop_.after(patience_, [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && self->process_ >= 0) ::kill(-self->process_, SIGKILL);
    });
  }

  // Nobody wants to know any more.
  void abandon() {
    if (process_ < 0) return;
    if (is_watched_) forget_all();
    on_end_ = nullptr;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
    group_.reset();
  }

 private:
  void watch(const Descriptor& descriptor, std::function<void()> work) {
    is_watched_ = true;
    loop_.when_readable(descriptor.get(), [weak = weak_from_this(), work = std::move(work)] {
      if (const auto self = weak.lock(); self && self->process_ >= 0) work();
    });
  }
  void watch_output() {
    watch(output_, [this] {
      if (read(output_, end_.output, max_output_)) watch_output();
    });
  }
  void watch_errors() {
    watch(errors_, [this] {
      if (read(errors_, end_.errors, max_errors)) watch_errors();
    });
  }

  void forget_all() {
    for (const Descriptor* const descriptor : {&handle_, &output_, &errors_}) loop_.forget(descriptor->get());
  }

  // What there is now. False: there will be no more.
  bool read(const Descriptor& descriptor, std::string& into, size_t most) {
    std::array<char, 16384> piece;
    for (int turn = 0; turn < 64; ++turn) {
      const ssize_t size = ::read(descriptor.get(), piece.data(), piece.size());
      if (size == 0) return false;
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      into.append(piece.data(), std::min(static_cast<size_t>(size), most - into.size()));
      if (into.size() == most && &into == &end_.output) {
        end_.said_too_much = true;
        kill();
        return false;
      }
    }
    return true;
  }

  void finish() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    if (is_killed_) ::kill(-process_, SIGKILL);  // what it has left behind
    group_.reset();
    // Who it has left behind may still have the pipes; what is in them now is all.
    forget_all();
    if (!end_.said_too_much) read(output_, end_.output, max_output_);
    read(errors_, end_.errors, max_errors);
    process_ = -1;
    end_.status = status_of_wait(status);
    if (const OnEnd call = std::exchange(on_end_, nullptr)) call(std::move(end_));
  }

  Loop& loop_;
  const size_t max_output_;
  const std::chrono::milliseconds patience_;
  OnEnd on_end_;
  pid_t process_ = -1;  // negative: it has ended
  std::optional<RunningGroup> group_;
  bool is_killed_ = false, is_watched_ = false;
  Descriptor handle_, output_, errors_;
  ChildEnd end_;
};

Child::Child(Loop& loop, ChildCommand command, OnEnd on_end)
    : inside_(std::make_shared<Inside>(loop, command, std::move(on_end))) {
  inside_->watch();
}

Child::~Child() {
  inside_->abandon();
}

void Child::kill() {
  inside_->kill();
}

}  // namespace client::command
