// The file that a listening Unix domain socket has: made, and removed again.
//
// Belongs to one thread.
#pragma once

#include <string>

#include <sys/stat.h>

#include "transport/socket/socket.h"

namespace transport {

class UnixSocketFile {
 public:
  UnixSocketFile(std::string path, unsigned mode) : path_(std::move(path)), mode_(mode) {}
  // Removes the file if it is still the one that listen() made.
  ~UnixSocketFile();
  UnixSocketFile(const UnixSocketFile&) = delete;
  UnixSocketFile& operator=(const UnixSocketFile&) = delete;

  // A listening, non-blocking socket. A socket file that nobody listens on is removed before. Throws
  // std::runtime_error with the path and the reason.
  Descriptor listen(int backlog);
  // From now on the file stays, for another process that listens on it.
  void keep() { made_ = false; }

 private:
  void remove_stale() const;
  [[noreturn]] void fail(const std::string& reason) const;

  const std::string path_;
  const unsigned mode_;
  bool made_ = false;
  struct stat status_ {};
};

}  // namespace transport
