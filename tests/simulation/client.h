// One client of a simulation and its connection in memory: what it says is chosen by chance among what
// clients say, well or badly; what the router says to it goes to the ledger and to the promises at once.
//
// It knows what it knows from the ledger, so it may answer what it has not read yet; the router cannot tell.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/entrance/entrance.h"
#include "router/session/session.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "tests/router/support/queued_connection.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/journal.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/promises.h"

namespace simulation {

// What all clients of a run have in common.
struct Stage {
  Chance& chance;
  Ledger& ledger;
  Journal& journal;
  Promises& promises;
  // The last one is of the role whose requests an authorizer is asked about.
  const std::vector<std::shared_ptr<const router::Entrance>>& entrances;
  bool may_lose_events;  // the policy for slow subscribers lets events give way
  size_t ballast;        // bytes, of some parts of streams; 0: none have more than they need
  // Other workers go on while one is in the middle of something: called where threads may overtake each
  // other, with no lock held.
  std::function<void()> meanwhile;
  // Workers have posted something to others that is not sent yet.
  std::function<bool()> is_anything_unsent;
};

enum class Departure : uint8_t { goodbye, abort, violation, break_off };

class Client final : public router::QueuedConnection {
 public:
  // `place` among all clients. Stage and worker outlive it.
  Client(Stage& stage, router::Worker& worker, size_t place);
  ~Client() override;

  // Does something. On its worker's thread, as all here.
  void act();
  // Reads what waits and answers what it was asked, well. False: there was nothing to do.
  bool act_politely();
  // Says it is the end, in one of the ways.
  void depart(Departure how);
  // The connection is gone.
  void hang_up();

  // The router shuts down.
  void drain(const router::Drain& drain);
  bool is_connected() const { return session_ != nullptr; }
  size_t place() const { return place_; }
  const std::string& name() const { return peer_address(); }

  void probe() override;

 private:
  void on_sent(const transport::BufferRef& frame) override;
  void on_end() override;
  void end_life();

  void connect();
  void hear(const wamp::Message& message);
  std::optional<Stamp> stamp_of(const wamp::Message& message, serializers::Format format) const;
  bool may_speak() const { return session_ && !ended() && !pauses().any(); }
  bool is_present() const { return life_ && life_->is_present(); }
  bool happens_to_connection();
  void read(size_t frames);

  void end_read();

  // What it says, in JSON; what it says to the router about its session.
  void says(const std::string& json);
  void says_bytes(const std::string& json);
  void speak();
  void say_hello();
  void say_goodbye();
  // What a member says.
  void say_something();
  void subscribe();
  void give_up();
  void publish();
  void register_procedure();
  void call();
  void go_on_with_call();
  void cancel();
  void answer();
  void answer_last(uint64_t invocation, const OwedAnswer& owed);
  void call_router();

  std::string next_request() { return std::to_string(++life_->last_request); }
  // Arguments with a stamp, or a fresh one.
  std::string stamped(uint64_t number, uint64_t part) const;
  std::string stamped(uint64_t part = 0);
  // The same, with ballast perhaps.
  std::string heavy(std::string arguments) const;
  std::string somebody() const;

  Stage& stage_;
  Chance& chance_;
  router::Worker& worker_;
  const size_t place_;
  const serializers::Format format_;
  const bool is_quick_;  // all that is sent to it is taken at once
  const size_t much_;    // with more than this waiting it counts as slow

  std::unique_ptr<router::Session> session_;  // while it is connected
  Life* life_ = nullptr;                      // the present or the last one of this connection
  uint64_t connected_ = 0;                    // which of all connections this one is
  bool is_asked_ = false;                     // of the connection
  bool owes_goodbye_ = false;
  bool is_reading_ = true;
  bool is_frozen_ = false;  // answers no probe
};

}  // namespace simulation
