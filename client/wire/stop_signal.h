// SIGINT and SIGTERM ask the program to end: waiting calls return with EINTR, then stop_requested() is true.
#pragma once

namespace wire {

// Also makes the program ignore SIGPIPE.
void catch_stop_signals();

bool stop_requested();

}  // namespace wire
