// One realm: its members, its broker and its dealer, behind one lock; and its sessions' ends of calls, which
// take no lock.
//
// Any thread may call; a Seat& belongs to the session that joined, and only that session passes it here, on
// its thread. What broker and dealer decide is posted to the mailboxes while the realm is still locked. What
// the ends of calls tell each other, and a publication that is not kept, is posted without the lock, along a
// route that was found with it. docs/design/threads.md tells how that keeps all orders that the specification
// promises. Nothing is sent under the lock, and nothing encoded but the arguments of meta events. What may
// take long comes piece by piece (leftover_work.h): for a millisecond in the function that has made it, then
// when a timer rings. Outlives its members; its sessions and the table of realms hold it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "router/access/authorizer.h"
#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/config/config.h"
#include "router/dealer/party.h"
#include "router/dealer/procedures.h"
#include "router/directory/realm_state.h"
#include "router/insight/realm_insight.h"
#include "router/mail/outbox.h"
#include "router/mail/sending_lock.h"
#include "router/member/request_check.h"
#include "router/member/seat.h"
#include "router/meta/procedures.h"
#include "router/neighbours/neighbours.h"
#include "transport/counters/counter_totals.h"
#include "wamp/result.h"

namespace router {

class Realm final : public std::enable_shared_from_this<Realm>,
                    public NeighboursAnswers,
                    private dealer::Procedures {
 public:
  // `mailboxes` are the workers', by worker number. `seed` is the chance behind publication ids. The clock
  // outlives the realm.
  // `kept`: what it keeps of events together with other realms.
  Realm(const config::Realm& config, std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& clock,
        std::shared_ptr<const broker::KeptBytes> kept = broker::KeptBytes::unlimited());

  const std::string& name() const { return config_.name; }
  bool has_role(std::string_view name) const;
  bool sequential_request_ids() const { return config_.sequential_request_ids; }
  bool has_meta_api() const { return config_.meta_api; }
  // Of events of just this topic or pattern; `match` as in SUBSCRIBE. Any thread.
  bool keeps_history_of(std::string_view topic, std::string_view match) const;

  // On the thread of its session, which may not use the seat any more. What it held as a member is gone when
  // this returns, or is being taken from it, and so are its calls. Needs no memory.
  void leave(Seat& seat) noexcept;
  struct Leave {
    Realm* realm;
    void operator()(Seat* seat) const noexcept { realm->leave(*seat); }
  };
  // Leaves when it is destroyed, before the realm is.
  using Joined = std::unique_ptr<Seat, Leave>;

  // Refused if the realm has no room, for anybody or for this authid. A role that does not exist may do
  // nothing.
  // `account`: of its connection; null: nobody's. `room_for_calls`: bytes of calls that may be on their way
  // to it. `last_invocation`: the last for which an earlier session of its connection owes an answer; its ids
  // go on from there.
  std::variant<Joined, Refusal> join(const SessionRef& session, Identity identity,
                                     const wamp::ClientFeatures& features,
                                     std::shared_ptr<transport::Account> account = nullptr,
                                     size_t room_for_calls = CalleeRoom::unlimited,
                                     wamp::RequestId last_invocation = {});
  // A member of the router's own, which nobody sees and which may do nothing but ask(). `account`: of whom it
  // asks for.
  Joined join_unseen(const SessionRef& session, std::shared_ptr<transport::Account> account);
  // A call without regard to permissions.
  void ask(Seat& unseen, const wamp::Call& question, RoutedPayload&& payload);

  // ---- other nodes (router/link/): a member of the router's own, which nobody sees. It is the callee of all
  // calls that go to a node, and the caller of all that come from there. The ends of these calls are told and
  // taken by handle() and take(), as a session's.

  // `last_word`: for callers whose calls are there when it leaves. Its calls are numbered behind
  // `last_invocation`.
  Joined join_link(const SessionRef& session, const Refusal& last_word, wamp::RequestId last_invocation);
  // As Dealer::set_remote_callees() has it.
  dealer::OfferHeard set_remote_callees(Seat& link, std::string_view procedure, wamp::MatchPolicy match,
                                        const dealer::RemoteOffer& offer);
  // A call that has come from there, for callees here only and without regard to permissions.
  void forward(Seat& link, const dealer::ForwardedCall& call, RoutedPayload&& payload);
  // A further chunk of one.
  wamp::Result<void> forward_more(Seat& link, const wamp::Call& message, RoutedPayload&& payload);
  // Nobody there waits for its answer any more; `is_to_stop`: and the callee is to stop, if it can.
  void abandon(Seat& link, wamp::RequestId call, bool is_to_stop);
  // The ERROR of a call that no callee there has got.
  wamp::Result<void> refuse_forwarded(Seat& link, const wamp::Error& message, RoutedPayload&& payload);
  // The call has gone no further than its address. Any thread.
  void refuse(const CallId& call, const Refusal& why) { outbox_.refuse(call, why); }

  // From now on the realm has these roles and limits. Members follow at their next request; what they have
  // got already stays theirs. Returns what cannot change while the realm lives and is not as `next` says.
  std::vector<std::string> configure(const config::Realm& next);

  // The realm is one of a cluster's. Once, before anybody joins. `patience`: how long what waits for other
  // nodes does so before it is refused.
  void set_neighbours(std::shared_ptr<Neighbours> neighbours, std::chrono::milliseconds patience);
  void on_name_granted(const MatchedUriView& procedure, Ticket ticket, uint64_t incarnation) override;
  void on_name_refused(const MatchedUriView& procedure, Ticket ticket, dealer::InvocationPolicy by) override;
  void on_confirmed(Ticket ticket) override;

  // Called without the lock, until close(): by any thread, or by the worker's whose calls it is for.
  using Timer = std::function<void(SteadyTime)>;
  // Set once, before anybody joins: makes somebody call run_due() at that time.
  void set_timer(Timer ring_at) { ring_at_ = std::move(ring_at); }
  // The same for run_due_calls(), on the worker's thread.
  void set_timer_of_calls(uint32_t worker, Timer ring_at) { calls_[worker]->ring_at = std::move(ring_at); }
  // Does what is due by the clock.
  void run_due();
  // Ends calls of the worker's sessions whose time is over.
  void run_due_calls(uint32_t worker);

  // What the dynamic authorizer of the member's role has said; null: static permissions decide.
  const std::shared_ptr<Verdicts>& verdicts(Seat& seat) {
    follow_rules(seat);
    return seat.permissions->verdicts();
  }
  // False: that is refused to everybody, so there is nothing to ask an authorizer.
  bool may_ask(const Seat& seat, Action action, std::string_view uri, wamp::MatchPolicy match) const;
  SteadyTime now() const { return clock_.now(); }

  // Something has come from a member that was probed.
  void on_alive(Seat& seat);
  // The callee, who took no calls, does.
  void on_takes_calls(CalleeState& callee) noexcept override;
  // Much waits for the member's peer, last this part of a stream. Its source is told: it is slowed down, or
  // ends the call if others would wait for that and `too_much` waits.
  void on_untaken(Seat& seat, wamp::MessageType part, wamp::RequestId request, bool too_much) {
    seat.party->on_untaken(part, request, too_much);
  }
  // The peer has taken all, which the sources are told.
  void on_taken(Seat& seat) { seat.party->streams.tell_taken(); }
  // New calls are refused from now on; those in flight go on. What waits for other nodes is refused.
  void begin_drain();
  // It waits for the answer to a call or to another request, or owes one.
  bool is_busy(const Seat& seat) const {
    return seat.party->caller.size() > 0 || seat.party->callee.size() > 0 || !seat.waiting.empty();
  }
  // The greatest id under which an answer of it, or of an earlier session of its connection, may still come;
  // 0: it has answered all INVOCATIONs.
  wamp::RequestId last_owed_invocation(const Seat& seat) const { return seat.party->callee.last_owed(); }

  // Any thread.
  void order(const SessionRef& to, SessionOrder::Kind kind) { outbox_.order(to, kind); }

  // Requests of a member. An error means that its session broke the protocol and must be aborted; a request
  // that is refused is answered by an ERROR through the mailbox.
  wamp::Result<void> handle(Seat& seat, const wamp::Publish& message, const RoutedPayload& payload);
  wamp::Result<void> handle(Seat& seat, const wamp::Subscribe& message);
  wamp::Result<void> handle(Seat& seat, const wamp::Unsubscribe& message);
  wamp::Result<void> handle(Seat& seat, const wamp::Call& message, RoutedPayload&& payload);
  // A CALL whose request id is not a new one.
  wamp::Result<void> continue_call(Seat& seat, const wamp::Call& message, RoutedPayload&& payload);
  wamp::Result<void> handle(Seat& seat, const wamp::Cancel& message);
  wamp::Result<void> handle(Seat& seat, const wamp::Register& message);
  wamp::Result<void> handle(Seat& seat, const wamp::Unregister& message);
  wamp::Result<void> handle(Seat& seat, const wamp::Yield& message, RoutedPayload&& payload);
  wamp::Result<void> handle(Seat& seat, const wamp::Error& message, RoutedPayload&& payload);

  // What has been posted to a member. What comes of it for its peer is sent, if anything:
  // send(const M& message, RoutedPayload&& payload, bool is_of_stream), at most once, when all else is done.
  template <class Send>
  void take(Seat& seat, Invoke&& invoke, Send send) {
    if (seat.party->callee.take(invoke))
      send(invoke.message, std::move(invoke.payload), invoke.facts.is_chunk);
  }
  template <class Send>
  void take(Seat& seat, Answer&& answer, Send send) {
    if (!seat.party->caller.take(answer)) return;
    const bool is_of_stream = answer.kind == Answer::Kind::progress;
    std::visit([&](auto& message) { send(message, std::move(answer.payload), is_of_stream); },
               answer.message);
  }
  template <class Send>
  void take(Seat& seat, CallNotice&& notice, Send send) {
    if (auto interrupt = seat.party->take(notice)) send(*interrupt, RoutedPayload(), false);
  }
  template <class Send>
  void take(Seat& seat, Fenced&& fenced, Send send) {
    on_fenced(seat, fenced);
    send(fenced.unregistered, RoutedPayload(), false);
  }

  struct Counts {
    size_t members = 0, subscriptions = 0, registrations = 0, calls = 0, retained_events = 0;
  };
  Counts counts() const;
  const RealmCounters& counters() const { return counters_; }
  const std::vector<std::unique_ptr<Branch>>& branches() const { return branches_; }
  // The procedures that are registered and that static permissions let the role call, in their order; at most
  // so many, of those that were looked at.
  std::vector<std::string> callable(std::string_view role, size_t most) const;
  // True if it has events that outlast their publishers, or may have.
  bool keeps_events() const;

  // ---- insight (docs/insight.md): any thread

  insight::RealmInsight& insight() const { return insight_; }
  // some(state) with the lock, again and again as long as it says that there is more; and each time
  // end_slice(), if any, without it.
  void inspect(const std::function<bool(const RealmState&)>& some,
               const std::function<void()>& end_slice = nullptr) const;
  // Has it done, for the session, by a thread that serves no client; or says why not. `has_room`: there may
  // be memory for all of it. Work that lacks memory is done again.
  using DoAside =
      std::function<std::optional<std::string>(wamp::SessionId, std::function<void(bool has_room)> work)>;
  // The session has left: what waits of it need not be done any more. Throws nothing.
  using ForgetAside = std::function<void(wamp::SessionId)>;
  // Set once, before anybody joins, by who holds it in a shared_ptr. Without it, what members want to look at
  // is looked at on their own threads.
  void set_aside(DoAside do_aside, ForgetAside forget_aside) {
    do_aside_ = std::move(do_aside);
    forget_aside_ = std::move(forget_aside);
  }
  // URIs that are never left out of the statistics. Before anybody joins.
  void pin(const PinnedUris& procedures, const PinnedUris& topics);
  // Once a second or so: ends the taps whose time is over, whose subscriber has gone, or may tap no longer.
  void sweep_taps();
  // On the session's thread, if its branch is tapped.
  void show(const Seat& seat, const SeenMessage& message) noexcept;

  // Members that have left are still being taken out of it.
  bool has_work_left() const {
    const Lock lock(mutex_);
    return !state_.work.empty();
  }

  // Does what is left to do, writes what is still to be stored, and gives up the timer. Nobody is a member
  // any more, nor ever again.
  void close();

 private:
  void on_fenced(Seat& seat, const Fenced& fenced);
  using TopicRoute = StampedRoute<broker::TopicRoute>;
  // What a turn with the lock has left.
  struct Rest {
    SteadyTime ring_at = SteadyTime::max();  // for the timer
    bool is_work = false;
  };
  // Does change(RealmState&) under the lock, and then what it has left, piece by piece.
  template <class F>
  void turn(F change);
  Rest rest() REQUIRES(mutex_);
  // Without the lock.
  void follow_up(const Rest& rest) noexcept;
  // The timer rings at that time, or the next turn does what it would have done.
  void ring_at(SteadyTime time) noexcept;
  void begin_leftover_work() noexcept;
  // Some of it, and has itself rung for the rest.
  void do_leftover_work();
  // request(RealmState&, Member&) in a turn, unless the realm has removed the member and its session does not
  // know yet.
  template <class F>
  void locked(const Seat& seat, F request);
  // The same for one that concerns its calls only, without the lock.
  template <class F>
  wamp::Result<void> of_present(Seat& seat, F request);
  // `permissions`: null: those of nobody.
  Joined join_unseen(const MemberFacts& facts, std::shared_ptr<const RolePermissions> permissions,
                     wamp::RequestId last_invocation);
  // For one that joins.
  std::shared_ptr<Seat> make_seat(const MemberFacts& facts, wamp::RequestId last_invocation);
  // The same check as check_request() for an exact URI, which is mostly the one that was granted last.
  template <class Remembered>
  std::optional<Refusal> check_remembered(Seat& seat, Remembered& remembered, Action action,
                                          std::string_view uri) const;
  wamp::Result<void> refuse(Seat& seat, wamp::MessageType type, wamp::RequestId request,
                            const Refusal& refusal);
  // The same, and counts it as one that the member may not make.
  wamp::Result<void> deny(Seat& seat, Action action, wamp::MessageType type, wamp::RequestId request,
                          const Refusal& refusal);
  // A refusable error is answered by an ERROR, if at all; any other is the session's affair.
  wamp::Result<void> refuse_options(Seat& seat, wamp::MessageType type, wamp::RequestId request,
                                    const wamp::ProtocolError& error, bool answered = true);
  wamp::Result<void> publish(Seat& seat, const wamp::Publish& message, const RoutedPayload& payload,
                             const broker::PublishOptions& options);
  // One that is retained or that a history keeps. `found`: the topic's route as it was a moment ago.
  wamp::Result<void> publish_kept(Seat& seat, const broker::Publication& publication,
                                  const TopicRoute& found);
  // A publication, in the numbers of its topic if that is one of the most used.
  static void count_refused(Seat& seat, std::string_view topic);
  // Where what is published to the topic goes: from what the member remembers of the one that it was granted
  // last, from what its branch has found before, or else with the lock. Valid until the next one; `made` is
  // where it stands if it is new.
  const TopicRoute& route_of(Seat& seat, std::string_view topic, TopicRoute& made);
  wamp::Result<void> call_router(Seat& seat, const wamp::Call& message, const RoutedPayload& payload);
  // A call that only looks.
  wamp::Result<void> look_aside(Seat& seat, wamp::RequestId request, meta::Look&& look);
  void look(const SessionRef& caller, wamp::RequestId request, const meta::Look& look);
  // Piece by piece, with the lock for each.
  meta::Answer carry_out(Seat& seat, meta::Request& request);
  // Before each request that the rules are asked about.
  void follow_rules(Seat& seat) {
    if (seat.rules_version != rules_version_.load(std::memory_order_acquire)) [[unlikely]]
      follow_new_rules(seat);
  }
  void follow_new_rules(Seat& seat);
  void set_rules(Seat& seat, Member& member) const REQUIRES(mutex_);

  // ---- what the ends of calls ask

  StampedRoute<dealer::ProcedureRoute> find_route(std::string_view procedure) override;
  StampedRoute<dealer::ProcedureRoute> find_route_here(std::string_view registered,
                                                       wamp::MatchPolicy match) override;
  std::shared_ptr<const dealer::ProcedureRoute> route_of(wamp::RegistrationId registration,
                                                         bool only_here) override;
  Wait wait_for_callee(const std::shared_ptr<dealer::WaitingCall>& call) override;
  void stop_waiting(dealer::WaitingCall& call) noexcept override;
  void give_to_waiting(wamp::RegistrationId registration) noexcept override;
  bool is_awaited_by_others(const Seat& callee, const std::set<wamp::SessionId>& receivers) override;
  void on_calls_ended(Seat& seat) noexcept override;
  void tell_slow(dealer::SlowCall call) override;

  const config::Realm config_;  // what never changes: without roles and limits
  const Clock& clock_;
  Outbox outbox_;  // any thread's
  RealmCounters counters_;
  std::atomic<uint64_t> rules_version_ = 0;  // written under the lock
  std::atomic<bool> draining_ = false;
  Timer ring_at_;
  DoAside do_aside_;
  ForgetAside forget_aside_;
  const std::vector<std::unique_ptr<Branch>> branches_;          // by worker
  const std::vector<std::unique_ptr<dealer::CallTable>> calls_;  // by worker
  mutable insight::RealmInsight insight_;                        // has locks of its own

  mutable Mutex mutex_{"a realm"};
  RealmState state_ GUARDED_BY(mutex_);
  // The broker's and the dealer's, by which any thread sees whether a route is still the one.
  const RouteGenerations& topics_;
  const RouteGenerations& procedures_;
};

template <class F>
void Realm::turn(F change) {
  SendingLock lock(mutex_);
  state_.work.begin_turn();
  change(state_);
  const Rest left = rest();
  lock.unlock();
  follow_up(left);
}

template <class F>
void Realm::locked(const Seat& seat, F request) {
  turn([&](RealmState& state) {
    if (seat.present()) request(state, state.members.of(seat));
  });
}

// What realms have counted.
struct RealmTotals {
  transport::CounterTotals realms, branches;

  void add(const Realm& realm);
};

}  // namespace router
