// Those who stay while visitors come and go, and check what they get.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/load/session.h"

namespace bench::reliability {

using load::Loop;
using load::Options;

// Calls what visitors have registered, one call at a time: each has exactly one end.
class SteadyCaller final : public load::Session {
 public:
  SteadyCaller(Loop& loop, const Options& options);
  void call();
  uint64_t answered() const { return answered_; }
  bool waits() const { return asked_ > answered_; }

 private:
  void on_wamp(const load::Head& head, std::string_view message, uint64_t now_ns) override;

  uint64_t asked_ = 0, answered_ = 0;
};

// Answers at once, or when it is interrupted.
class SteadyCallee final : public load::Session {
 public:
  SteadyCallee(Loop& loop, const Options& options);
  uint64_t answered() const { return answered_; }
  size_t waiting() const { return waiting_.size(); }

 private:
  void on_ready(uint64_t now_ns) override;
  void on_wamp(const load::Head& head, std::string_view message, uint64_t now_ns) override;

  uint64_t echo_ = 0;  // registrations
  std::set<uint64_t> waiting_;
  uint64_t answered_ = 0;
};

class SteadyPublisher final : public load::Session {
 public:
  SteadyPublisher(Loop& loop, const Options& options);
  void publish();
  uint64_t published() const { return published_; }

 private:
  void on_wamp(const load::Head& head, std::string_view message, uint64_t now_ns) override;

  uint64_t published_ = 0;
};

// Gets all of the steady publisher's events, in order.
class SteadySubscriber final : public load::Session {
 public:
  SteadySubscriber(Loop& loop, const Options& options);
  uint64_t received() const { return received_; }

 private:
  void on_wamp(const load::Head& head, std::string_view message, uint64_t now_ns) override;

  uint64_t received_ = 0;
};

// Asks the router what it holds.
class Auditor final : public load::Session {
 public:
  Auditor(Loop& loop, const Options& options);
  // Sessions, registrations and subscriptions, as text to be compared.
  std::string inventory();

 private:
  std::string ask(const std::string& procedure);
  void on_wamp(const load::Head& head, std::string_view message, uint64_t now_ns) override;

  Loop& loop_;
  uint64_t asked_ = 0;
  std::string answer_;
};

}  // namespace bench::reliability
