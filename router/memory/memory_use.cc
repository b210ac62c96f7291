#include "router/memory/memory_use.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "transport/memory/live_bytes.h"

namespace router {
namespace {

uint64_t page_size() {
  return static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

uint64_t own_limit(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return limit.rlim_cur;
}

// 0 is none.
uint64_t lower(uint64_t a, uint64_t b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

// Of the group and all above it, as any of them may be the narrow one.
uint64_t limit_of_group(const std::string& root, std::string path, const std::string& file) {
  uint64_t limit = 0;
  for (;; path.erase(path.rfind('/'))) {
    limit = lower(limit, control_group_limit(content(root + path + "/" + file)));
    if (path.find('/') == path.npos) return limit;
  }
}

}  // namespace

uint64_t control_group_limit(std::string_view text) {
  uint64_t limit = 0;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return limit;
}

std::string control_group_path(std::string_view text, bool version_2) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool is_it = version_2 ? line.starts_with("0::") : controllers.find(",memory,") != controllers.npos;
    const std::string path = line.substr(second + 1);
    if (is_it) return path == "/" ? "" : path;
  }
  return "";
}

MemoryUse memory_use() {
  uint64_t addresses = 0, resident = 0;  // pages
  std::ifstream("/proc/self/statm") >> addresses >> resident;
  return {resident * page_size(), transport::live_buffer_bytes(), addresses * page_size()};
}

void set_up_allocator() {
  constexpr int mib = 1024 * 1024;
  // Without this small pieces that are freed are joined later, all of them in one call, which may come under
  // a lock: after 100,000 it took 20 ms.
  ::mallopt(M_MXFAST, 0);
  ::mallopt(M_MMAP_THRESHOLD, 2 * mib);
  ::mallopt(M_TRIM_THRESHOLD, 4 * mib);
}

uint64_t allowed_memory() {
  const std::string groups = content("/proc/self/cgroup");
  const std::string root = "/sys/fs/cgroup";
  uint64_t allowed = static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_size();
  allowed = lower(allowed, limit_of_group(root, control_group_path(groups, true), "memory.max"));
  allowed = lower(
      allowed, limit_of_group(root + "/memory", control_group_path(groups, false), "memory.limit_in_bytes"));
  return lower(allowed, own_limit(RLIMIT_DATA));
}

uint64_t allowed_addresses() {
  return own_limit(RLIMIT_AS);
}

}  // namespace router
