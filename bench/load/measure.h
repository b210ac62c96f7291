// Runs a workload and says what it cost.
#pragma once

#include <vector>

#include "bench/load/loop.h"
#include "bench/load/options.h"
#include "bench/load/report.h"
#include "bench/load/session.h"

namespace bench::load {

// Opens the sessions, warms up, measures, and waits up to ten seconds for what is still under way then.
// A stop signal ends warm-up or measurement early. Throws Failure if the load cannot be brought about, and
// other std::runtime_errors.
Report measure(const Options& options);

// Opens sessions that do nothing but answer pings, and keeps them for the duration. An operation is an
// opening.
Report measure_idle(const Options& options);

// Opens them in this order, some at a time, and returns when all are ready. Throws as measure() does.
void open_all(const std::vector<Session*>& sessions, Loop& loop);

}  // namespace bench::load
