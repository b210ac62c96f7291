// Which denials of one session have been logged: each action on a URI once, and a bounded number of them, so
// that a client that asks for the forbidden again and again does not fill the disk.
//
// The session's own thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "router/access/authorizer.h"

namespace router {

class DenialLog {
 public:
  static constexpr size_t max_lines = 32;

  // True if this one is to be logged.
  bool add(Action action, std::string_view uri);
  // The last one that is logged has been added.
  bool is_full() const { return logged_.size() == max_lines; }

 private:
  std::vector<uint64_t> logged_;  // hashes
};

}  // namespace router
