// What is told of the router over HTTP: /varz, /connz, /procz, /topicz, /deniedz, /healthz, /livez, /readyz
// as JSON, and the metrics.
//
// on_get() comes on the threads of loops; another thread makes the answers, so no worker stops for one.
// Only /healthz, /livez and /readyz are answered at once, as who asks them must not wait for others' pages.
// Part of the monitor. The realms outlive it, and the loops outlive stop(). Who waits for an answer is held
// until the connection has it, or has gone: so it outlives the connections.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "router/base/clock.h"
#include "router/monitor/looking_thread.h"
#include "router/realm/realms.h"
#include "transport/connection/service.h"
#include "transport/http/http.h"
#include "transport/locks/mutex.h"
#include "transport/loop/loop.h"
#include "transport/memory/account.h"

namespace router {

class Monitor;

class MonitorPages {
 public:
  MonitorPages(const Monitor& monitor, const Realms& realms, const Clock& clock);
  ~MonitorPages();
  MonitorPages(const MonitorPages&) = delete;

  // It makes the answers; any thread may have something else done there.
  LookingThread& looking_thread() { return looking_thread_; }

  enum class What : uint8_t { page, metrics };
  // `page`: the one that is named by the last part of the path.
  transport::Service::Answer on_get(transport::Loop& loop, const transport::HttpRequest& request, What what,
                                    transport::HttpExchange& exchange);
  // Nobody is answered any more. The loops have stopped, or stop soon.
  void stop();

  // The page as it is now. `charge` pays for what it is made of.
  transport::HttpResponse page(std::string_view name, std::string_view query,
                               transport::Charge charge = {}) const;

 private:
  // Who waits, on the thread of its loop.
  struct Waiter final : transport::HttpWaiter {
    void on_gone(transport::HttpExchange&) override;

    MonitorPages* pages = nullptr;
    transport::Loop* loop = nullptr;
    transport::HttpExchange* exchange = nullptr;  // null: it has gone
    What what = What::page;
    std::string name, query, accept;
    std::shared_ptr<transport::Account> account;  // pays for what the page is made of
  };

  // `has_room`: there may be memory for the whole answer.
  void answer(const std::shared_ptr<Waiter>& waiter, bool has_room);
  transport::HttpResponse response_to(const Waiter& waiter, bool has_room) const;
  static uint64_t number_of(const Waiter& waiter) { return reinterpret_cast<uintptr_t>(&waiter); }
  void forget(const Waiter& waiter);
  transport::HttpResponse metrics(std::string_view accept) const;

  const Monitor& monitor_;
  const Realms& realms_;
  const Clock& clock_;

  mutable transport::Mutex mutex_;
  std::set<std::shared_ptr<Waiter>> waiters_ GUARDED_BY(mutex_);  // the owner
  LookingThread looking_thread_;
};

}  // namespace router
