// A backbone on the test's own thread, and somebody who writes down what it tells.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include "router/cluster/nats/nats_backbone.h"
#include "tests/cluster/nats/nats_servers.h"
#include "transport/loop/loop.h"

namespace cluster_nats {

using namespace router::cluster;

// The loop of all backbones of a test.
class Turns {
 public:
  transport::Loop& loop() { return loop_; }

  // Looks again and again until it is so. False: it has not come.
  bool until(const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop_.io().run_one_for(std::chrono::milliseconds(10));
    }
    return true;
  }

 private:
  transport::Loop loop_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(loop_.io());
};

class Station final : public BackboneListener {
 public:
  struct Answer {
    Outcome outcome;
    Revision revision;
  };

  Station(Turns& turns, const NatsSettings& settings) : turns_(turns) {
    backbone.emplace(turns.loop(), settings);
    backbone->start(*this);
  }

  bool connects() {
    return turns_.until([&] { return backbone->is_connected(); });
  }
  // All keys have been told, from the beginning.
  bool is_told_all() {
    return turns_.until([&] { return all > 0; });
  }

  Answer claim(const Key& key, const Value& value, Revision expected) {
    backbone->claim(key, value, expected, ++last_ticket);
    return answer();
  }
  Answer withdraw(const Key& key, Revision expected) {
    backbone->withdraw(key, expected, ++last_ticket);
    return answer();
  }
  // Of the last of these.
  Answer answer() {
    EXPECT_TRUE(turns_.until([&] { return answers.contains(last_ticket); }));
    return answers[last_ticket];
  }
  // On a slow machine an answer may come too late. Until JetStream writes:
  Revision claim_at_last(const Key& key, const Value& value, Revision expected) {
    return write_at_last(key, value, expected, [&] { return claim(key, value, expected); });
  }
  Revision withdraw_at_last(const Key& key, Revision expected) {
    return write_at_last(key, std::monostate(), expected, [&] { return withdraw(key, expected); });
  }
  // Until it says that it does not.
  bool is_claim_refused(const Key& key, const Value& value, Revision expected) {
    return is_refused([&] { return claim(key, value, expected); });
  }
  bool is_withdrawal_refused(const Key& key, Revision expected) {
    return is_refused([&] { return withdraw(key, expected); });
  }
  bool hears(const Key& key, Revision revision) {
    return turns_.until([&] { return told.contains(key) && told[key].revision >= revision; });
  }

  void on_announcement(const Announcement& said, Time) override { announced.push_back(said); }
  void on_entries(const std::vector<Entry>& entries, bool is_all, Time) override {
    for (const Entry& entry : entries) {
      EXPECT_GT(entry.revision, last_revision) << "in the order of revisions";
      last_revision = entry.revision;
      told[entry.key] = entry;
    }
    if (is_all) {
      ++all;
      if (all == 1) keys_at_all = told.size();
    }
  }
  void on_outcome(const Key&, Ticket ticket, Outcome outcome, Revision revision, Time) override {
    EXPECT_FALSE(answers.contains(ticket)) << "one answer";
    answers[ticket] = {outcome, revision};
  }
  void on_letter(const Letter& letter, Time) override { letters.push_back(letter); }

  std::optional<NatsBackbone> backbone;
  std::vector<Announcement> announced;
  std::map<Key, Entry> told;
  Revision last_revision = 0;
  size_t all = 0, keys_at_all = 0;
  std::map<Ticket, Answer> answers;
  std::vector<Letter> letters;
  Ticket last_ticket = 0;

 private:
  Revision write_at_last(const Key& key, const Value& value, Revision expected,
                         const std::function<Answer()>& write) {
    Revision written = 0;
    EXPECT_TRUE(turns_.until([&] {
      const Answer answer = write();
      if (answer.outcome == Outcome::accepted) written = answer.revision;
      // The one before was written, and its answer did not come.
      if (answer.outcome == Outcome::refused && told.contains(key) && told[key].revision > expected &&
          told[key].value == value)
        written = told[key].revision;
      return written > 0;
    }));
    return written;
  }
  bool is_refused(const std::function<Answer()>& write) {
    Outcome outcome = Outcome::unknown;
    EXPECT_TRUE(turns_.until([&] { return (outcome = write().outcome) != Outcome::unknown; }));
    return outcome == Outcome::refused;
  }

  Turns& turns_;
};

// ---- what is said and written

inline Name name(const std::string& uri) {
  return {"realm1", uri, wamp::MatchPolicy::exact};
}
inline NameEntry owner(const std::string& node, Incarnation incarnation = 1) {
  return {Policy::single, {{node, incarnation}}};
}
inline Heartbeat heartbeat(const std::string& from, uint64_t facts) {
  return {{from, 1}, facts, {}};
}
inline FactsChanged facts(const std::string& from, uint64_t number) {
  return {{from, 1}, number, {}};
}
inline Letter letter(const std::string& from, const std::string& to, uint64_t number, std::string text) {
  return {{from, 1}, {to, 1}, Mail{number, std::move(text)}};
}

}  // namespace cluster_nats
