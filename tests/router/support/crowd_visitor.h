// One client of a crowd (session_crowd.h), and its connection in memory.
//
// Lives on its worker's thread. It says by chance what clients say, well or badly, reads when it likes, and
// checks what it hears: nothing after a session's last word but one that opens the next, no EVENT without a
// subscription, nothing after a call's last answer. What is wrong ends the program.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "router/entrance/entrance.h"
#include "router/session/session.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "tests/router/support/queued_connection.h"

namespace router {

// What the visitors of all workers know of each other.
struct CrowdBoard {
  static constexpr size_t places = 64;
  std::array<std::atomic<uint64_t>, places> sessions{};  // ids, by the visitor's place
  std::string seed;                                      // for people
};

class CrowdVisitor final : public QueuedConnection {
 public:
  CrowdVisitor(Worker& worker, const std::vector<std::shared_ptr<const Entrance>>& entrances,
               CrowdBoard& board, size_t place, uint64_t seed);
  ~CrowdVisitor() override;

  // Does something.
  void act();
  // Answers what must be answered, and nothing else. False: the router has closed the connection.
  bool act_politely();
  // The connection breaks, and there will be no other.
  void leave();

  void probe() override;

 private:
  size_t chance(size_t bound) { return static_cast<size_t>(random_() % bound); }
  uint64_t somebody() { return board_.sessions[chance(CrowdBoard::places)]; }
  void connect();
  void says(const std::string& json);
  void speak();
  void ask();
  void answer();
  void call_router();
  void end_session();
  void say_goodbye();
  std::string next_request() { return std::to_string(++last_request_); }
  // A request that ends what is held first.
  void give_up(const std::set<uint64_t>& held, const char* message_type);

  void read_frames(size_t frames);
  void hear(const wamp::Message& message);
  void hear_answer(const wamp::Message& message);
  void hear_end_of(std::set<uint64_t>& held, wamp::RequestId request,
                   const std::optional<wamp::Dict>& details, std::string_view key);
  void hear_last_word(bool is_goodbye);
  void require(bool holds, const char* what) const;

  Worker& worker_;
  const std::vector<std::shared_ptr<const Entrance>>& entrances_;
  CrowdBoard& board_;
  const size_t place_;
  std::mt19937_64 random_;
  const serializers::Format format_;
  std::unique_ptr<Session> session_;  // while it is connected

  // What the client knows.
  bool waits_for_welcome_ = false;
  bool in_session_ = false;  // as far as it has heard
  bool has_said_goodbye_ = false;
  bool is_reading_ = true;
  bool is_frozen_ = false;  // answers no ping
  uint64_t last_request_ = 0;
  std::set<uint64_t> calls_, subscriptions_, registrations_;
  std::map<uint64_t, uint64_t> given_up_;  // subscriptions and registrations, by the request that ends them
  std::deque<uint64_t> invocations_;
};

}  // namespace router
