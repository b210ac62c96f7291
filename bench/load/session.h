// A WAMP session of the generator: opens the connection, joins the realm as the client library does, makes
// its first request (REGISTER or SUBSCRIBE) and is then ready for load. With the floor it is ready as soon as
// the connection is open.
//
// Whatever goes wrong on the way throws a Failure, or another std::runtime_error, that says who it happened
// to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bench/load/connection.h"
#include "bench/load/frame_template.h"
#include "bench/load/options.h"
#include "bench/load/serializer.h"
#include "client/login/joining.h"

namespace bench::load {

class Session : public Connection::Listener {
 public:
  struct Plan {
    std::string name;                // for people: "callee 3"
    std::string floor_path;          // what the relay pairs by
    const Serializer* serializer{};  // what it writes
    const Serializer* peer_serializer{};
    List first_request;  // may be empty; request id 1
  };

  // `loop` and `options` live longer.
  Session(Loop& loop, const Options& options, Plan plan);
  ~Session() override = default;

  // Opens the connection, anew if there was one.
  void open();

  bool ready() const { return state_ == State::ready; }
  bool connected() const { return state_ > State::upgrading; }
  const std::string& name() const { return plan_.name; }
  // That WELCOME told.
  uint64_t id() const { return id_; }

 protected:
  virtual void on_ready(uint64_t) {}

  // A message after on_ready(); it was written by reader().
  virtual void on_wamp(const Head& head, std::string_view message, uint64_t now_ns) = 0;

  // Throws; a session that wants to end overrides it.
  void on_closed(const std::string& why, uint64_t now_ns) override;

  const Serializer& writer() const { return *plan_.serializer; }
  // A router answers in the session's own serializer; the relay passes on what the peer wrote.
  const Serializer& reader() const { return options_.floor ? *plan_.peer_serializer : *plan_.serializer; }

  Connection& connection() { return *connection_; }
  const Framing& framing() const { return framing_of(options_.server.protocol); }
  // They leave at the end of the turn. Throws if the server takes none that are so long.
  void send(const List& message);
  void send(FrameTemplate& message, uint64_t id);

 private:
  enum class State { closed, upgrading, joining, requesting, ready };

  void on_open(uint64_t now_ns) override;
  void on_message(std::string_view message, uint64_t now_ns) override;
  void join(std::string_view message, uint64_t now_ns);
  void on_joined(uint64_t now_ns);
  void become_ready(uint64_t now_ns);
  void send_bytes(const std::string& message);
  void check_size(size_t message_size) const;
  [[noreturn]] void refuse(std::string_view message) const;
  [[noreturn]] void refuse(const client::Joining::Refusal& refusal) const;

  Loop& loop_;
  const Options& options_;
  Plan plan_;
  State state_ = State::closed;
  uint64_t id_ = 0;
  std::unique_ptr<client::Joining> joining_;  // until it has joined
  std::unique_ptr<Connection> connection_;
};

}  // namespace bench::load
