// What those who watch the router are told: whether it is ready, what it does, and its numbers.
//
// Any thread. A scrape reads the workers' counters without stopping them and locks each realm for a moment.
// The realms and the guard of memory outlive it, and so do the workers while it is asked.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/config/config.h"
#include "router/events/kept_bytes.h"
#include "router/memory/memory_guard.h"
#include "router/monitor/exposition.h"
#include "router/monitor/monitor_pages.h"
#include "router/realm/realms.h"
#include "router/worker/worker.h"

namespace router {

class Monitor {
 public:
  Monitor(std::vector<const Worker*> workers, const Realms& realms, const MemoryGuard& memory,
          std::shared_ptr<const broker::KeptBytes> kept, const Clock& clock);

  // From now on nobody new is let in.
  void begin_drain() { draining_.store(true, std::memory_order_relaxed); }
  bool draining() const { return draining_.load(std::memory_order_relaxed); }
  // Why new clients should go elsewhere; nothing: they are welcome.
  std::optional<std::string> why_not_ready() const;

  // The limits that the metrics tell from now on.
  void set_limits(const config::Config& config);
  // The URIs that are labels: of those that are pinned, first the ones that stand there by name. Before it is
  // asked.
  void set_metrics(const config::MetricsUris& metrics) { metrics_ = metrics; }
  // All metrics.
  std::string metrics(Exposition exposition) const;
  // The process, and each realm in numbers.
  wamp::Dict varz() const;

  // What is answered over HTTP.
  MonitorPages& pages() { return pages_; }

 private:
  const std::vector<const Worker*> workers_;
  const Realms& realms_;
  const MemoryGuard& memory_;
  const std::shared_ptr<const broker::KeptBytes> kept_;
  const WallTime started_;
  std::atomic<bool> draining_{false};
  const Clock& clock_;
  config::MetricsUris metrics_;
  MonitorPages pages_{*this, realms_, clock_};
  mutable Mutex mutex_{"the samples"};
  std::vector<Sample> limits_ GUARDED_BY(mutex_);
};

}  // namespace router
