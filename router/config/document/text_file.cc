#include "router/config/document/text_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace router::config {
namespace {

[[noreturn]] void fail(int error) {
  throw std::runtime_error(std::generic_category().message(error));
}

}  // namespace

std::string read_text_file(const std::string& path, size_t max_bytes) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) fail(errno);
  std::string text(max_bytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) fail(errno);
  if (text.size() > max_bytes)
    throw std::runtime_error("larger than " + std::to_string(max_bytes) + " bytes, the most that is read");
  return text;
}

}  // namespace router::config
