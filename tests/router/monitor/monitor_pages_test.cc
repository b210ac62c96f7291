// The queue of those who want pages of the monitor.
#include "router/monitor/monitor_pages.h"

#include <future>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/monitor/monitor.h"
#include "tests/router/support/manual_clock.h"
#include "transport/connection/listener_counts.h"

namespace router {
namespace {

using testing::HasSubstr;
using transport::HttpResponse;
using transport::Service;

class WaitingExchange final : public transport::HttpExchange {
 public:
  void answer(HttpResponse response) override { answered = std::move(response); }
  void add_header(std::string, std::string) override {}
  transport::ListenerCounts& counts() override { throw std::logic_error("nobody asks"); }

  std::optional<HttpResponse> answered;
};

class MonitorQueue : public testing::Test {
 protected:
  MonitorQueue() {
    // The thread has something to do until it may go on.
    monitor.pages().looking_thread().ask(LookingThread::For::caller, 1,
                                         [this, may_go_on = may_go_on_.get_future().share()](bool) {
                                           begun_.set_value();
                                           may_go_on.wait();
                                         });
    begun_.get_future().wait();
  }
  ~MonitorQueue() override {
    if (!goes_on_) go_on();
  }
  void go_on() {
    goes_on_ = true;
    may_go_on_.set_value();
  }
  Service::Answer get(const std::string& path, WaitingExchange& exchange) {
    transport::HttpRequest request;
    request.method = "GET";
    request.path = path;
    return monitor.pages().on_get(loop, request, MonitorPages::What::page, exchange);
  }
  static int status(const Service::Answer& answer) {
    const auto* const response = std::get_if<HttpResponse>(&answer);
    return response ? response->status : 0;
  }
  // Until all that the thread has to do is done, and delivered.
  void catch_up() {
    go_on();
    std::promise<void> done;
    monitor.pages().looking_thread().ask(LookingThread::For::http, 2, [&done](bool) { done.set_value(); });
    done.get_future().wait();
    loop.post([this] { loop.stop(); });
    loop.run();
  }

  ManualClock clock;
  transport::Loop loop;
  Realms realms{[](const config::Realm&) { return nullptr; }};
  MemoryGuard memory{MemoryUse()};
  Monitor monitor{{}, realms, memory, broker::KeptBytes::unlimited(), clock};

 private:
  std::promise<void> begun_, may_go_on_;
  bool goes_on_ = false;
};

TEST_F(MonitorQueue, HealthIsToldAtOnceHoweverManyWait) {
  std::vector<WaitingExchange> waiting(LookingThread::most_waiting);
  for (WaitingExchange& exchange : waiting)
    EXPECT_TRUE(std::holds_alternative<Service::Later>(get("/connz", exchange)));
  WaitingExchange one_more;
  const Service::Answer refused = get("/varz", one_more);
  ASSERT_EQ(status(refused), 503);
  EXPECT_THAT(std::get<HttpResponse>(refused).body, HasSubstr("the most that may wait"));
  for (const char* const page : {"/healthz", "/livez", "/readyz"})
    EXPECT_EQ(status(get(page, one_more)), 200) << page;
}

TEST_F(MonitorQueue, WhoWaitsIsAnsweredOnHisLoop) {
  WaitingExchange exchange;
  get("/connz", exchange);
  EXPECT_FALSE(exchange.answered);
  catch_up();
  ASSERT_TRUE(exchange.answered);
  EXPECT_EQ(exchange.answered->status, 200);
}

TEST_F(MonitorQueue, WhoHasGoneMakesRoomAndIsNotAnswered) {
  std::vector<WaitingExchange> waiting(LookingThread::most_waiting);
  std::vector<transport::HttpWaiter*> waiters;
  for (WaitingExchange& exchange : waiting)
    waiters.push_back(std::get<Service::Later>(get("/connz", exchange)).waiter);
  waiters.front()->on_gone(waiting.front());
  WaitingExchange another;
  EXPECT_TRUE(std::holds_alternative<Service::Later>(get("/connz", another)));
  waiters.back()->on_gone(waiting.back());
  catch_up();
  EXPECT_FALSE(waiting.front().answered);
  EXPECT_TRUE(another.answered);
}

}  // namespace
}  // namespace router
