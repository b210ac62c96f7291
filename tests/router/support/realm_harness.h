// A realm without sockets, told and read in JSON, so that a test reads like the log of a wire.
//
//   RealmHarness realm;
//   Peer& callee = realm.join();
//   callee.says(R"([64,1,{},"com.add"])");
//   EXPECT_EQ(callee.hears(), "[65,1,1]");
//
// Publication ids are random in the realm; here they are numbered 1, 2, ... in the order in which they are
// heard.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/realm/realm.h"
#include "router/worker/audiences.h"
#include "tests/router/support/manual_clock.h"

namespace router {

class RealmHarness;

class Peer {
 public:
  // Sends one client message; what the realm says of its form is kept in violation().
  void says(const std::string& json);
  // The same for a CALL whose request id the session has found not to be a new one.
  void says_continuation(const std::string& json);
  // All that came for this peer since the last time, one message a line.
  std::string hears();
  void leaves();
  // It answers no probe any more.
  void freezes() { frozen_ = true; }
  // So much waits for it that it gets no call, until it has taken most.
  void clogs() { member_->callee->clogged = true; }
  void unclogs();
  // So many bytes wait for it, of what it gets from now on.
  void holds(size_t bytes) { held_ = bytes; }
  // Much waits for it, so that it does not take what is streamed to it; or `too_much`.
  void stops_reading(bool too_much = false) {
    reads_ = false;
    too_much_ = too_much;
  }
  void catches_up();
  // The realm has asked its session not to read.
  bool paused() {
    deliver();
    return paused_;
  }
  // It has been silent for long.
  void falls_silent() { member_->callee->suspect = true; }
  // How often the realm has asked whether it is alive.
  size_t probes() {
    hears();
    return probes_;
  }
  // What the last message did wrong, if it did.
  const std::optional<std::string>& violation() const { return violation_; }
  uint64_t id() const { return id_; }

 private:
  friend class RealmHarness;
  void deliver();
  // An invocation has come that took so much of its room.
  void holds_more(size_t bytes);
  void takes_calls_again();
  void obey(const SessionOrder& order);

  RealmHarness* realm_ = nullptr;
  Seat* member_ = nullptr;
  std::shared_ptr<const wamp::Dict> extra_;  // the member's, as its session knows it
  uint32_t slot_ = 0;
  uint64_t id_ = 0;
  bool frozen_ = false, paused_ = false;
  bool reads_ = true, too_much_ = false;
  size_t held_ = 0;
  size_t probes_ = 0;
  std::vector<std::string> inbox_;
  std::optional<std::string> violation_;
};

class RealmHarness {
 public:
  static constexpr size_t workers = 2;

  // `late`: how much later than usual it is at first.
  explicit RealmHarness(config::Realm config = open_realm(), std::chrono::milliseconds late = {},
                        std::shared_ptr<const broker::KeptBytes> kept = broker::KeptBytes::unlimited());

  // A realm whose role "anonymous" may do everything.
  static config::Realm open_realm();
  // A client that announces all roles, and these features of a callee: {"call_canceling", ...}; with
  // "payload_passthru_mode" among them, that mode in all its roles.
  Peer& join(std::vector<std::string> callee_features = {}, const std::string& authrole = "anonymous",
             uint32_t worker = 0, size_t room = CalleeRoom::unlimited);
  Realm& realm() { return *realm_; }
  ManualClock& clock() { return clock_; }
  // Time goes by, and the realm does what is due.
  void passes(std::chrono::milliseconds time) {
    clock_.advance(time);
    run_due();
    deliver_all();
  }
  // A message of the peer's is seen, as its session would tell.
  void show(const Peer& peer, const SeenMessage& message) { realm_->show(*peer.member_, message); }
  // The realm does what is due.
  void run_due();
  // The events that have been posted to a worker, each for all who hear it there.
  size_t events_sent_to(uint32_t worker) {
    deliver_all();
    return events_sent_[worker];
  }
  // As the worker has them.
  const Audiences& audiences_on(uint32_t worker) {
    deliver_all();
    return audiences_[worker];
  }
  // The realm's own id of the publication that was heard as that number.
  std::string real_publication(uint64_t number);

 private:
  friend class Peer;
  void deliver_all();
  template <class Mail>
  void take_any(uint32_t worker, Mail& mail);
  void take(uint32_t worker, Delivery& delivery);
  void take(uint32_t worker, EventDelivery& event);
  void take(uint32_t worker, SessionOrder& order);
  void take(uint32_t worker, KeptEvents& kept);
  void take(uint32_t worker, JoinAudience& change);
  void take(uint32_t worker, LeaveAudience& change);
  void take(uint32_t worker, Together& together);
  void take(uint32_t worker, Fence& fence);
  void take(uint32_t worker, Invoke& invoke);
  void take(uint32_t worker, Refused& refused);
  void take(uint32_t worker, Answer& answer) { take_of_a_call(worker, answer); }
  void take(uint32_t worker, CallNotice& notice) { take_of_a_call(worker, notice); }
  void take(uint32_t worker, Fenced& fenced) { take_of_a_call(worker, fenced); }
  // What a peer's session does with mail for its calls.
  template <class CallMail>
  void take_of_a_call(uint32_t worker, CallMail& mail);
  void deliver(uint32_t slot, wamp::Message& message, const RoutedPayload& payload);
  void number_publication(wamp::PublicationId& id);

  ManualClock clock_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  std::array<Audiences, workers> audiences_;
  std::array<size_t, workers> events_sent_{};
  std::optional<Outbox> outbox_;
  std::shared_ptr<Realm> realm_;
  std::deque<Peer> peers_;
  std::map<wamp::PublicationId, uint64_t> publications_;
  serializers::Scratch scratch_;
};

}  // namespace router
