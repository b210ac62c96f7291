// What sits on a connection in the place of a session, and gives the session all that comes, but for what
// goes wrong.
//
// Owned by its connection, on its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "router/base/counters.h"
#include "router/chaos/fate.h"
#include "router/chaos/unreliable_connection.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"

namespace router::chaos {

class UnreliableReceiver final : public transport::Receiver, private UnreliableConnection::Host {
 public:
  // How long a dead connection stays if the client does not end it, and how often it is looked whether it
  // has.
  static constexpr std::chrono::milliseconds longest_death{5 * 60 * 1000}, look_interval{200};

  struct Parts {
    std::unique_ptr<transport::Receiver> session;
    std::function<void()> kill_session;  // as an administrator does
    serializers::Format format;
    Fate fate;
    uint64_t number;  // of the connection, for the log
    WorkerCounters& counters;
    std::function<bool()> is_ending;  // the router, which waits for all connections then
    // Does the work once, on this thread, after that time.
    std::function<void(std::chrono::milliseconds, std::function<void()>)> after;
  };
  explicit UnreliableReceiver(Parts parts) : parts_(std::move(parts)) {}

  void on_open(transport::Connection& connection) override;
  void on_message(std::span<char> message) override;
  void on_read_end() override;
  bool on_oversized(std::string_view beginning) override;
  void on_silent() override;
  void on_alive() override;
  void on_pong(std::string_view payload) override;
  void on_give_way(size_t held) override;
  size_t shared_bytes() const override { return parts_.session ? parts_.session->shared_bytes() : 0; }
  void on_closed(const transport::CloseReason& reason) override;

 private:
  std::optional<Mishap> mishap_of_next() override;
  void on_dead() override;
  void later(std::chrono::milliseconds delay, std::function<void()> work) override;

  bool answers_invocation(std::string_view message);
  void tell(Fault fault, uint64_t message, std::string_view direction);
  void look_at_dead(std::chrono::milliseconds since);
  // There is one to tell.
  bool has_session() const { return parts_.session && !connection_->is_dead(); }

  transport::Connection* real_ = nullptr;  // from on_open on
  // Outlives the session, which refers to it.
  std::optional<UnreliableConnection> connection_;
  Parts parts_;  // without a session once the connection is dead
  serializers::Scratch scratch_;
  uint64_t from_client_ = 0, to_client_ = 0;  // messages
  const std::shared_ptr<char> life_ = std::make_shared<char>();
};

}  // namespace router::chaos
