// A session's connection: made as the options say, with whole messages in and out in the serializer that was
// agreed on.
//
// Lives on its loop's thread. May be destroyed at any time, also within a call of its user's: what is open
// then ends without a word.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "client/messages.h"
#include "client/options.h"
#include "serializers/serializer.h"

namespace transport {
class Loop;
}

namespace client {

// Who has a link. Nothing else of it is called within a call of the link's.
class LinkUser {
 public:
  virtual void on_open() = 0;
  // Within send().
  virtual void on_sent(wamp::MessageType type, std::string_view bytes) = 0;
  virtual void on_message(std::span<char> message) = 0;
  virtual void on_pong(std::string_view payload) = 0;
  // It is over, or never was: kind, reason and text of it. Once, last.
  virtual void on_closed(End end) = 0;

 protected:
  ~LinkUser() = default;
};

class Link {
 public:
  // Throws std::invalid_argument that says what is wrong with the options, std::runtime_error if a file of
  // them cannot be used. The user outlives it.
  Link(transport::Loop& loop, const Options& options, LinkUser& user);
  ~Link();
  Link(const Link&) = delete;

  bool is_open() const;
  // What it waits for, if it is not open.
  std::string waits_for() const;

  // ---- once it is open

  serializers::Format format() const;
  // For people: "WebSocket to 127.0.0.1:8080 with TLSv1.3".
  const std::string& description() const;
  // What the HTTP answer has set: "NAME=VALUE", or "".
  const std::string& cookie() const;
  // 32 octets; "" if there is none of that name.
  std::string channel_binding(std::string_view name) const;

  // False, and nothing is sent, if the message is longer than the router, or this end, takes.
  bool send(const wamp::Message& envelope, const Payload& payload);
  void ping(std::string_view payload);
  size_t queued_bytes() const;
  // The router knows us: from now on messages may be as long as the options say.
  void set_known();
  // Says the last word; what is queued goes out before it.
  void close(uint16_t code, std::string_view reason);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace client
