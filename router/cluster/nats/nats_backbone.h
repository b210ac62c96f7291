// What carries a cluster: NATS for what nodes say, JetStream's KV for keys (docs/design/cluster.md).
//
// Two connections: heartbeats, facts and keys are not to wait behind mail. On its loop's thread, and no call
// waits. Without a server what is said is lost, and each write ends with Outcome::unknown after a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/cluster/nats/key_watch.h"
#include "router/cluster/nats/key_writes.h"
#include "router/cluster/nats/nats_connection.h"
#include "router/cluster/nats/nats_settings.h"
#include "router/cluster/nats/parcels.h"
#include "router/cluster/nats/ticks.h"
#include "router/cluster/words/backbone.h"
#include "transport/loop/alarm.h"
#include "transport/loop/loop.h"

namespace router::cluster {

class NatsBackbone final : public Backbone {
 public:
  NatsBackbone(transport::Loop& loop, NatsSettings settings);
  // Not while the listener is called. What is not written yet is lost. May wait as NatsConnection's does, for
  // both connections at once.
  ~NatsBackbone() override;

  // Connects, and tells the listener from now on. Once; before anything else is asked of it. The listener is
  // called as long as this object lives and the loop runs.
  void start(BackboneListener& listener);

  void announce(const Announcement& said) override;
  void claim(const Key& key, const Value& value, Revision expected, Ticket ticket) override;
  void withdraw(const Key& key, Revision expected, Ticket ticket) override;
  void send(const NodeName& to, const Letter& letter) override;

  // Of the one for keys and of the one for mail.
  bool is_connected() const;
  // Letters that were not sent, as too much waits to be written.
  uint64_t dropped() const { return dropped_; }

 private:
  // Heartbeats, facts, keys.
  class Control final : public NatsUser {
   public:
    Control(NatsBackbone& backbone, BackboneListener& listener);

    void announce(std::string subject, std::string_view bytes);
    void tick(Time now);
    void stop() { connection_.stop(); }
    KeyWrites& writes() { return writes_; }
    bool is_connected() const { return connection_.is_connected(); }

    void on_connected() override;
    void on_disconnected() override;
    void on_message(const NatsMessage& message) override;
    void on_messages_end() override;
    void on_turn_end() override { publish_announced(); }

   private:
    void on_announcements(const NatsMessage& message, Time now);
    void publish_announced();

    NatsBackbone& backbone_;
    BackboneListener& listener_;
    NatsConnection connection_;
    KeyWrites writes_;
    KeyWatch watch_;
    Pulse pulse_;
    ParcelWriter announced_;
    std::string announced_subject_;  // of all that is in there
    ParcelReader reader_;
    std::vector<std::string_view> texts_;
  };

  // Letters.
  class Letters final : public NatsUser {
   public:
    Letters(NatsBackbone& backbone, BackboneListener& listener);

    // False: too much is waiting.
    bool add(const NodeName& to, std::string_view letter, bool is_mail);
    void tick() { pulse_.on_tick(connection_); }
    void stop() { connection_.stop(); }
    bool is_connected() const { return connection_.is_connected(); }

    void on_connected() override;
    void on_disconnected() override;
    void on_message(const NatsMessage& message) override;
    void on_messages_end() override {}
    void on_turn_end() override;

   private:
    NatsBackbone& backbone_;
    BackboneListener& listener_;
    NatsConnection connection_;
    Pulse pulse_;
    std::map<NodeName, ParcelWriter> to_;
    size_t waiting_ = 0;  // bytes in there
    ParcelReader reader_;
    std::vector<std::string_view> texts_;
  };

  std::string subject(std::string_view last) const;
  void tick();

  transport::Loop& loop_;
  const NatsSettings settings_;
  const uint64_t sender_;
  uint64_t dropped_ = 0;
  std::optional<Control> control_;
  std::optional<Letters> letters_;
  transport::Alarm ticker_;
};

}  // namespace router::cluster
