// Hears of all changes of a bucket's keys, in their order, and of all keys at the beginning.
//
// A consumer of JetStream pushes them. Its messages are numbered: if one is missing, or nothing comes for
// longer than its heartbeats, or with another connection, there is another consumer, which begins behind the
// last change that came. What a later change has covered by then is left out. Withdrawn keys stay in the
// stream as messages, so they are told. On the loop's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/cluster/nats/nats_connection.h"
#include "router/cluster/nats/nats_settings.h"
#include "router/cluster/nats/ticks.h"
#include "router/cluster/words/backbone.h"

namespace router::cluster {

class KeyWatch {
 public:
  // All outlive it. `connection` hears what comes for INBOX.r.*.
  KeyWatch(const NatsSettings& settings, NatsConnection& connection, BackboneListener& listener);

  void on_connected() { begin(); }
  // Whether a consumer was made: the last part of its subject begins with 'c'.
  void on_answer(std::string_view number, const NatsMessage& message);
  // False: it is not of the present consumer.
  bool on_message(const NatsMessage& message);
  // Tells what has come.
  void tell(Time now);
  void tick();

 private:
  void begin();
  void on_status(const NatsMessage& message);
  void on_change(const NatsMessage& message);
  void add(const NatsMessage& message, Revision revision);

  const NatsSettings& settings_;
  NatsConnection& connection_;
  BackboneListener& listener_;

  Revision last_ = 0;
  // To be told.
  std::vector<Entry> entries_;
  bool is_all_ = false;

  // Of the present consumer.
  uint64_t consumer_ = 0;
  NatsSubscription subscription_ = 0;
  uint64_t delivered_ = 0;
  bool is_all_told_ = false;
  bool is_broken_ = false;  // a message is missing: the next tick begins another one
  Countdown silence_{20};
  bool is_trouble_told_ = false;
};

}  // namespace router::cluster
