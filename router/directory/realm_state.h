// What a realm's lock guards: what its roles may do, its limits, its members, its broker and its dealer.
//
// Pure, like broker and dealer. Owned by the Realm, which outlives the members' sessions, and which has it
// under its lock only. Calls on their way are their parties' (router/dealer/party.h).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "router/access/authorizer.h"
#include "router/base/clock.h"
#include "router/base/id_source.h"
#include "router/broker/broker.h"
#include "router/config/config.h"
#include "router/dealer/dealer.h"
#include "router/mail/outbox.h"
#include "router/member/members.h"
#include "router/neighbours/neighbourhood.h"
#include "router/tables/leftover_work.h"
#include "transport/counters/counter.h"

namespace router {

struct RealmState {
  // `where` and `time`, which any thread may use, and `lost`, which counts events that there was no memory
  // for, outlive it.
  RealmState(const config::Realm& config, Outbox& where, uint64_t seed, const Clock& time,
             transport::Counter& lost, std::shared_ptr<const broker::KeptBytes> kept);

  // The realm is one of a cluster's. Before anybody joins.
  void set_neighbours(std::shared_ptr<Neighbours> neighbours, std::chrono::milliseconds patience);
  // What waits for other nodes is refused from now on. Precondition: the realm is in a cluster.
  void stop_waiting() noexcept;
  // What other nodes have answered. As in NeighboursAnswers. Without memory a grant is as if it had not come;
  // of a refusal a part may be done (docs/design/cluster.md, "Open of calls").
  void on_name_granted(const MatchedUriView& procedure, Ticket ticket, uint64_t incarnation) noexcept;
  void on_name_refused(const MatchedUriView& procedure, Ticket ticket, dealer::InvocationPolicy by) noexcept;
  void on_confirmed(Ticket ticket) noexcept;
  // From now on these are the limits.
  void set_limits(const config::RealmLimits& next);
  // The member is one from now on, and those who want to know are told.
  Member& add_member(std::unique_ptr<Member> member);
  // A member that nobody finds; one that is unseen.
  Member& add_unseen(std::unique_ptr<Member> member);
  // From now on it is no member. What it holds is taken from it, its testaments are published, and those who
  // want to know are told, as leftover work. The Member itself stays until its session lets go of it. Without
  // memory a testament or who is told may be lost, and nothing else.
  void remove_member(Member& member) noexcept;
  // Removes it. Its session says GOODBYE when it takes that out of its mailbox, and ends its calls then.
  void kill(Member& member, std::string_view reason, const std::optional<std::string>& message);
  // The same, and nobody is told ("wamp.session.kill_all").
  void kill_quietly(Member& member, std::string_view reason, const std::optional<std::string>& message);
  // Its session has let go of it, and its calls have ended. Its seat, to be given back without the lock.
  // Precondition: it is not present.
  std::shared_ptr<void> let_go(Member& member) noexcept;
  // Does what is due by the clock, as leftover work.
  void do_due() noexcept;
  // The time for the realm's timer, if it must ring earlier than it was told; else the end of time.
  SteadyTime earlier_deadline() noexcept;
  // It has rung, or could not be told: what earlier turns have left counts as left by this one.
  void forget_timer() noexcept;

  Authorizer authorizer;
  config::RealmLimits limits;
  Outbox& outbox;
  const Clock& clock;
  IdSource ids;
  LeftoverWork work;
  std::unique_ptr<Neighbourhood> neighbourhood;  // null: the realm is in no cluster
  Members members;
  broker::Broker broker;
  dealer::Dealer dealer;

 private:
  // Of one member, on whichever thread: uses nothing of its session's.
  class Removal;
  class DueWork final : public LeftoverWork::Work {
   public:
    explicit DueWork(RealmState& state) : state_(state) {}

   private:
    bool go_on() override { return state_.do_some_due(); }

    RealmState& state_;
  };
  bool do_some_due();
  // What waited for other nodes and need not any more.
  class AnsweredWork final : public LeftoverWork::Work {
   public:
    explicit AnsweredWork(RealmState& state) : state_(state) {}

   private:
    bool go_on() override { return state_.do_some_answered(); }

    RealmState& state_;
  };
  bool do_some_answered();
  void do_answered() noexcept;

  SteadyTime timer_ = SteadyTime::max();  // when the realm's timer was told to ring
  DueWork due_work_{*this};
  bool is_doing_due_ = false;
  AnsweredWork answered_work_{*this};
  bool is_doing_answered_ = false;
};

// What the session meta API tells of a session.
wamp::Dict session_details(const SessionRef& ref, const Identity& identity, const wamp::Dict* extra);

}  // namespace router
