// A duration for people.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

namespace bench::load {

inline std::string duration_text(uint64_t ns) {
  const auto value = static_cast<double>(ns);
  std::array<char, 32> text{};
  if (value < 1e7) {
    std::snprintf(text.data(), text.size(), "%.1f us", value / 1e3);
  } else if (value < 1e10) {
    std::snprintf(text.data(), text.size(), "%.1f ms", value / 1e6);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f s", value / 1e9);
  }
  return text.data();
}

}  // namespace bench::load
