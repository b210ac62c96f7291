// What a realm's lock guards: its members, its broker and its dealer. And where messages go, which needs no
// lock.
//
// Pure, like broker and dealer. Owned by the Realm, which outlives the members' sessions; the configuration,
// the authorizer and the clock outlive it. Calls on their way are their parties' (router/dealer/party.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/base/clock.h"
#include "router/base/counters.h"
#include "router/base/id_source.h"
#include "router/broker/broker.h"
#include "router/config/config.h"
#include "router/dealer/dealer.h"
#include "router/mail/outbox.h"
#include "router/member/members.h"
#include "router/tables/leftover_work.h"

namespace router {

struct RealmState {
  RealmState(const config::Realm& configuration, const Authorizer& roles, std::vector<Mailbox*> mailboxes,
             uint64_t seed, const Clock& time, std::shared_ptr<const broker::KeptBytes> kept);

  // The configuration's limits are other ones now.
  void follow_limits();
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

  const config::Realm& config;
  const Authorizer& authorizer;
  const Clock& clock;
  IdSource ids;
  LeftoverWork work;
  Outbox outbox;  // any thread's
  RealmCounters counters;
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

  DueWork due_work_{*this};
  bool is_doing_due_ = false;
};

// What the session meta API tells of a session.
wamp::Dict session_details(const SessionRef& ref, const Identity& identity, const wamp::Dict* extra);

}  // namespace router
