// What the clients of a simulation have said, and what the router has said to them: who is who, what each of
// them holds, and what is still to be answered.
//
// It is written by all clients and read by the promises. What the router says counts from the moment at which
// it says it, whether the client has read it or not. Nothing is judged here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "router/base/clock.h"
#include "wamp/features.h"
#include "wamp/message.h"
#include "wamp/uri.h"

namespace simulation {

// What a client puts into a payload, so that it is known again at the other end.
struct Stamp {
  uint64_t life = 0;    // whose it is
  uint64_t number = 0;  // of all stamps of the run, in the order in which they were said
  uint64_t part = 0;    // of a stream; testament_part: of a testament
  static constexpr uint64_t testament_part = 1'000'000;
};

// One CALL, and all that is said because of it.
struct CallStory {
  uint64_t caller = 0;  // life
  uint64_t number = 0;  // of its stamp
  uint64_t request = 0;
  std::string procedure;
  std::string routing_key;
  bool receives_progress = false;
  bool is_progressive = false;  // it began so
  bool more_follows = false;    // its last chunk has not been said
  uint64_t parts = 1;           // that the caller has said
  bool is_canceled = false;     // CANCEL was said
  bool is_answered = false;     // the last answer was heard
  std::optional<router::SteadyTime> deadline = {};
  std::set<uint64_t> invoked = {};  // lives
};

struct HeldTopic {
  std::string topic;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  std::string node;
};

struct HeldProcedure {
  std::string procedure;
  uint64_t concurrency = 0;
};

struct OwedAnswer {                 // an INVOCATION
  uint64_t registration = 0;        // 0: it has been given up since then
  std::shared_ptr<CallStory> call;  // null: it is not one of a client's
  bool wants_progress = false;
  bool has_all_chunks = true;
  bool is_interrupted = false;
  uint64_t yields = 0;  // progressive ones
};

// A request that has one answer, and what it is about.
struct Request {
  std::string uri = {};
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  std::string node = {};
  uint64_t concurrency = 0;
  uint64_t held = 0;  // the id of what is given up
};
using RequestKey = std::pair<wamp::MessageType, uint64_t>;

// One session of one client, from HELLO to its last word.
struct Life {
  uint64_t number = 0;
  size_t client = 0;
  uint32_t worker = 0;
  uint64_t connection = 0;
  wamp::ClientFeatures features;
  bool is_asked = false;         // its requests may have to wait for an authorizer, which may refuse them
  bool may_lose_events = false;  // its policy lets events give way if it is slow

  uint64_t session = 0;              // 0: it has not been welcomed
  bool is_leaving = false;           // it has said its own last word
  bool is_over = false;              // the last word was said to it, or there is no connection
  bool is_slow = false;              // it has not always read
  bool has_had_kept_events = false;  // for which the others had to wait
  bool is_doomed = false;            // somebody may have made the router remove it
  bool is_stripped = false;          // somebody may have made the router take something from it

  std::map<RequestKey, Request> requests = {};
  std::map<uint64_t, HeldTopic> subscriptions = {};
  // That it could not give up, as they had been taken from it. Events of them may still wait for it, and
  // calls of them be on their way, until it is told that they are gone.
  std::set<uint64_t> lost_subscriptions = {}, lost_registrations = {};
  std::map<uint64_t, HeldProcedure> registrations = {};
  std::map<uint64_t, std::shared_ptr<CallStory>> calls = {};  // that are not answered, by request
  std::map<uint64_t, OwedAnswer> invocations = {};
  uint64_t last_request = 0;

  bool is_present() const { return session != 0 && !is_over && !is_leaving; }
  // It is, as far as anybody can know.
  bool is_surely_present() const { return is_present() && !is_doomed; }
  bool loses_events() const { return may_lose_events && (is_slow || has_had_kept_events); }
  bool gives_up(wamp::MessageType how, uint64_t held) const;
};

class Ledger {
 public:
  explicit Ledger(const router::Clock& clock) : clock_(clock) {}

  uint64_t next_connection() { return ++last_connection_; }
  Life& begin_life(size_t client, uint64_t connection, const wamp::ClientFeatures& features);
  void end_life(Life& life);
  Life& life(uint64_t number) { return *lives_.at(number - 1); }
  const Life& life(uint64_t number) const { return *lives_.at(number - 1); }
  const std::vector<std::unique_ptr<Life>>& lives() const { return lives_; }
  // Those that are not over.
  const std::vector<Life*>& going_on() const { return going_on_; }
  uint64_t next_stamp() { return ++last_stamp_; }
  // Null: no client's call has that stamp.
  std::shared_ptr<CallStory> call_of(const std::optional<Stamp>& stamp) const;
  router::SteadyTime now() const { return clock_.now(); }

  void on_said(Life& who, const wamp::Message& message, const std::optional<Stamp>& stamp);
  void on_heard(Life& who, const wamp::Message& message, const std::optional<Stamp>& stamp);
  // It may answer no probe, so the router may remove it.
  void doom(Life& life) { life.is_doomed = true; }
  // Does it for all of this client who hold what somebody else wants to register.
  void doom_holder(size_t client);

 private:
  void on_call(Life& who, const wamp::Call& call, const std::optional<Stamp>& stamp);
  void on_call_of_router(Life& who, const wamp::Call& call);
  void on_invocation(Life& who, const wamp::Invocation& invocation, const std::optional<Stamp>& stamp);
  static void on_error(Life& who, const wamp::Error& error);
  static void end_call(Life& who, uint64_t request);

  const router::Clock& clock_;
  std::vector<std::unique_ptr<Life>> lives_;  // by number, the first is 1
  std::vector<Life*> going_on_;
  std::map<uint64_t, std::shared_ptr<CallStory>> calls_;  // by stamp
  uint64_t last_stamp_ = 0, last_connection_ = 0;
};

// An option or detail that is true.
bool is_true(const wamp::Dict& dict, std::string_view key);
std::string text_of(const wamp::Dict& dict, std::string_view key);
// It is older than its subscription: retained, or of a history.
bool is_kept(const wamp::Event& event);

}  // namespace simulation
