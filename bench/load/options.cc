#include "bench/load/options.h"

namespace bench::load {

std::string Options::payload() const {
  std::string text;
  for (size_t i = 0; i < payload_size; ++i) text.push_back(static_cast<char>('a' + i % 26));
  return text;
}

}  // namespace bench::load
