// What a link has in one realm: a member that nobody sees, which is the callee of the calls that go to the
// other node, and the caller of those that come from there.
//
// On its link's worker, whose mail for it comes here as long as it exists; it answers callers also when the
// other node is lost. Pure but for that: what comes of mail and frames is sent by the wire.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "router/link/frame.h"
#include "router/link/wire.h"
#include "router/realm/realm.h"
#include "router/worker/address.h"

namespace router::link {

class LinkedRealm final : public Addressee {
 public:
  // The last place there is. With more than 2^41 calls (at 50,000 a second, of 500 days) a place would get
  // into the next one's numbers.
  static constexpr uint16_t most_places = 4095;

  // `place`: of it among those of its link, each of which is greater than the ones before; from 1, for its
  // calls' numbers. `failure`: what callers are told whose calls get lost. All outlive it.
  LinkedRealm(Worker& worker, std::shared_ptr<Realm> realm, uint16_t place, bool prefers_here, Wire& wire,
              const Refusal& failure);

  bool prefers_here() const { return prefers_here_; }
  dealer::OfferHeard set_callees(std::string_view procedure, wamp::MatchPolicy match,
                                 const dealer::RemoteOffer& offer);
  // False: calls are not sent there for now. Those that nobody else takes wait.
  void set_takes_calls(bool takes);

  // What the other link says, of this realm. False: it is wrong, and was ignored.
  bool take_frame(const Frame& frame);
  // The answer to a call of that number cannot come.
  void fail_call(CallNumber call);
  // The same for all calls that are there or on their way, and for those that come here still. Those that
  // came from there end.
  void lose() noexcept { member_.reset(); }

  // ---- mail

  void on_out_of_memory() override { wire_.on_missing(); }
  void deliver(Delivery& delivery) override;
  void take(Invoke&& invoke) override;
  void take(Answer&& answer) override;
  void take(CallNotice&& notice) override;

 private:
  // What a RESULT or ERROR has come to: a wrong one ends the call, too, as no other one will come.
  bool end_answer(wamp::RequestId request, bool is_last, bool is_taken);
  void send(FrameKind kind, const wamp::Message& message, const RoutedPayload& payload) {
    wire_.send(encode(kind, realm_->name(), message, payload));
  }
  void send_interrupt(const wamp::Interrupt& interrupt);
  bool is_lost() const { return !member_; }
  bool take_message(const wamp::Call& call, const Frame& frame);
  bool take_message(const wamp::Cancel& cancel, const Frame& frame);
  bool take_message(const wamp::CallResult& result, const Frame& frame);
  bool take_message(const wamp::Error& error, const Frame& frame);
  template <class M>
  bool take_message(const M&, const Frame&) {
    return false;
  }

  Wire& wire_;
  const std::shared_ptr<Realm> realm_;
  const uint16_t place_;
  const bool prefers_here_;
  const Refusal& failure_;
  wamp::RequestId last_call_;  // that has come from there and could be read
  Address address_;
  Realm::Joined member_;  // null: the node is lost. It leaves before its address goes
};

}  // namespace router::link
