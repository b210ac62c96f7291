// A backbone for tests: keeps what is written and said, and answers nothing by itself.
#pragma once

#include <utility>
#include <vector>

#include "router/cluster/words/backbone.h"

namespace router::cluster {

class RecordedBackbone final : public Backbone {
 public:
  struct Write {
    Key key;
    Value value;
    Revision expected = 0;
    Ticket ticket = 0;
  };
  struct Sent {
    NodeName to;
    Letter letter;
  };

  void announce(const Announcement& said) override { announced.push_back(said); }
  void claim(const Key& key, const Value& value, Revision expected, Ticket ticket) override {
    writes.push_back({key, value, expected, ticket});
  }
  void withdraw(const Key& key, Revision expected, Ticket ticket) override {
    writes.push_back({key, std::monostate(), expected, ticket});
  }
  void send(const NodeName& to, const Letter& letter) override { sent.push_back({to, letter}); }

  // The writes since the last time.
  std::vector<Write> take_writes() { return std::exchange(writes, {}); }

  std::vector<Announcement> announced;
  std::vector<Write> writes;
  std::vector<Sent> sent;
};

inline bool is_withdrawal(const RecordedBackbone::Write& write) {
  return std::holds_alternative<std::monostate>(write.value);
}

// A time of the tests' clock.
inline Time at(milliseconds time) {
  return Time(std::chrono::hours(1)) + time;
}

}  // namespace router::cluster
