// Small files, read whole.
#pragma once

#include <cstddef>
#include <string>

namespace router::config {

// Throws std::runtime_error with the reason, without the path, if it cannot be read or has more bytes.
std::string read_text_file(const std::string& path, size_t max_bytes);

}  // namespace router::config
