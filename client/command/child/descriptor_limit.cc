#include "client/command/child/descriptor_limit.h"

#include <sys/resource.h>

namespace client::command {
namespace {

rlimit limit_before{};
bool is_limit_raised = false;

}  // namespace

void raise_descriptor_limit() {
  if (is_limit_raised || ::getrlimit(RLIMIT_NOFILE, &limit_before) != 0) return;
  rlimit highest = limit_before;
  highest.rlim_cur = highest.rlim_max;
  is_limit_raised = ::setrlimit(RLIMIT_NOFILE, &highest) == 0;
}

void restore_descriptor_limit() {
  if (is_limit_raised) ::setrlimit(RLIMIT_NOFILE, &limit_before);
}

}  // namespace client::command
