// Writes keys of JetStream's KV by compare-and-set, and tells what came of it.
//
// A key is a message of the bucket's stream, written as any message is published, with the revision that is
// expected; what the stream answers comes to an inbox. So nothing waits. On the loop's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "router/cluster/nats/nats_connection.h"
#include "router/cluster/nats/nats_settings.h"
#include "router/cluster/words/backbone.h"

namespace router::cluster {

class KeyWrites {
 public:
  // All outlive it. `connection` hears what comes for INBOX.r.*.
  KeyWrites(const NatsSettings& settings, NatsConnection& connection, BackboneListener& listener);

  // A node's key is written at once. Of names so many are on their way that those behind them need not wait
  // for long; the others wait here. The same write while it waits here: nothing.
  void write(const Key& key, const Value& value, Revision expected, Ticket ticket, Time now);

  // An answer: the last part of its subject begins with 'w'.
  void on_answer(std::string_view number, const NatsMessage& message, Time now);
  // Who has waited too long gets "unknown".
  void tick(Time now);

 private:
  struct Write {
    Key key;
    std::string text;  // of the key
    std::string bytes;
    bool is_withdrawal = false;
    Revision expected = 0;
    Ticket ticket = 0;
    Time sent{};
  };

  void send(Write write, Time now);
  void send_waiting(Time now);

  const NatsSettings& settings_;
  NatsConnection& connection_;
  BackboneListener& listener_;
  std::map<uint64_t, Write> sent_;  // in the order of sending
  size_t names_sent_ = 0;
  std::deque<Write> waiting_;
  std::set<std::pair<std::string, Ticket>> known_waiting_;
  uint64_t last_number_ = 0;
};

}  // namespace router::cluster
