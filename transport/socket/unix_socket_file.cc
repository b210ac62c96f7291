#include "transport/socket/unix_socket_file.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace transport {
namespace {

std::string error_text() {
  return std::generic_category().message(errno);
}

Descriptor unix_socket() {
  return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// Precondition: the path has room.
sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

}  // namespace

UnixSocketFile::~UnixSocketFile() {
  struct stat now {};
  if (made_ && ::lstat(path_.c_str(), &now) == 0 && now.st_ino == status_.st_ino &&
      now.st_dev == status_.st_dev)
    ::unlink(path_.c_str());
}

Descriptor UnixSocketFile::listen(int backlog) {
  constexpr size_t max_path = sizeof(sockaddr_un::sun_path) - 1;
  if (path_.size() > max_path) fail("the path is longer than " + std::to_string(max_path) + " bytes");
  remove_stale();
  Descriptor listening = unix_socket();
  const sockaddr_un address = address_of(path_);
  // Nobody else may connect before the file has its mode.
  if (::fchmod(listening.get(), 0) != 0 ||
      ::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail(error_text());
  made_ = ::lstat(path_.c_str(), &status_) == 0;
  if (!made_ || ::chmod(path_.c_str(), static_cast<mode_t>(mode_)) != 0 ||
      ::listen(listening.get(), backlog) != 0)
    fail(error_text());
  return listening;
}

void UnixSocketFile::remove_stale() const {
  struct stat found {};
  if (::lstat(path_.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) fail("there is a file that is not a socket");
  const Descriptor probe = unix_socket();
  const sockaddr_un address = address_of(path_);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno != ECONNREFUSED)
    fail("the socket is in use");
  if (::unlink(path_.c_str()) != 0) fail(error_text());
}

void UnixSocketFile::fail(const std::string& reason) const {
  throw std::runtime_error("cannot listen on unix:" + path_ + ": " + reason);
}

}  // namespace transport
