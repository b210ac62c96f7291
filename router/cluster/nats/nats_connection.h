// A connection to NATS in a loop's turns, made again and again as long as it lives.
//
// cnats connects in a call that waits, holds the connection's lock while it connects again, and when it
// closes one it waits for what is to be written. So a thread of its own makes each connection and destroys
// it; the loop has it in between, and never waits. With TLS it could wait for ever, so there is none. What is
// not written when a connection ends is lost: nothing is kept for the next one.
//
// On the loop's thread. The destructor waits until an attempt to connect has ended, which is the resolution
// of names and two seconds for each server at most, or half a second for what a connection has not written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "router/cluster/nats/nats_settings.h"

namespace transport {
class Loop;
}

namespace router::cluster {

struct NatsHeader {
  const char* name;
  std::string value;
};

// None: 0.
using NatsSubscription = uint64_t;

// What has come, as long as on_message() runs.
class NatsMessage {
 public:
  virtual ~NatsMessage() = default;

  // Which one brought it. What a consumer of JetStream pushes has the subject that it was published with.
  virtual NatsSubscription subscription() const = 0;
  virtual std::string_view subject() const = 0;
  virtual std::string_view reply() const = 0;  // empty: none is wanted
  virtual std::string_view data() const = 0;
  virtual std::optional<std::string_view> header(const char* name) const = 0;
};

class NatsUser {
 public:
  virtual ~NatsUser() = default;

  // There is a connection, without a subscription yet.
  virtual void on_connected() = 0;
  // There is none any longer.
  virtual void on_disconnected() = 0;
  virtual void on_message(const NatsMessage& message) = 0;
  // After some messages: no more are there for now.
  virtual void on_messages_end() = 0;
  // What it publishes now is written with the rest of the turn. After request_write(), and whenever something
  // was published.
  virtual void on_turn_end() = 0;
};

class NatsConnection {
 public:
  // `purpose`: for the log. When more than `max_buffered` bytes wait to be written nothing is taken. Loop and
  // user outlive it. The user is told of nothing from within a call.
  NatsConnection(transport::Loop& loop, const NatsSettings& settings, std::string purpose,
                 size_t max_buffered, NatsUser& user);
  ~NatsConnection();
  NatsConnection(const NatsConnection&) = delete;

  // Where only this connection hears: subjects begin with it, and a dot comes next. Another one for each
  // connection that is made.
  const std::string& inbox() const;
  bool is_connected() const;
  // Of a message, with its headers. 0: not connected.
  size_t max_payload() const;
  // Waiting to be written.
  size_t buffered() const;
  // Whether the server has taken some of what it had no room for, since the last call.
  bool take_moved();

  // All of these do nothing without a connection. What comes for a subscription stays in order; what comes
  // for two of them need not.
  NatsSubscription subscribe(const std::string& subject);
  void unsubscribe(NatsSubscription subscription);
  void request_write();
  // Written at the end of the turn. False: it is not sent, as there is no connection, too much waits, or for
  // want of memory.
  bool publish(const std::string& subject, std::string_view data, const std::string& reply = {},
               std::initializer_list<NatsHeader> headers = {});

  // There is no connection from now on, and the user is told of nothing. So who destroys several of them
  // waits for all at once.
  void stop();
  // Ends the present connection: another one is made.
  void give_up(std::string_view reason);

 private:
  struct State;

  const std::shared_ptr<State> state_;
};

}  // namespace router::cluster
