// What came of one attempt to read or write without waiting.
#pragma once

#include <cstddef>
#include <cstdint>

namespace transport {

struct Transfer {
  enum class Outcome : uint8_t { done, would_block, ended, failed };
  Outcome outcome = Outcome::done;
  size_t size = 0;  // bytes moved, if done
  int error = 0;    // errno, if failed; 0: TLS failed
};

}  // namespace transport
