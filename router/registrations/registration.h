// One (procedure, match policy) with the callees that share it. Owned by the Registrations.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/clock.h"
#include "router/member/member.h"
#include "router/tables/leftover_work.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::dealer {

// Which callee of a shared registration gets a call (advanced profile, "Shared Registration").
enum class InvocationPolicy : uint8_t { single, roundrobin, random, first, last };

std::string_view name(InvocationPolicy policy);
std::optional<InvocationPolicy> invocation_policy(std::string_view name);

// What a callee asked for in REGISTER.Options.
struct CalleeOptions {
  uint32_t concurrency = 0;      // calls at a time; 0: any number
  bool disclose_caller = false;  // the callee wants to know who calls
  bool forward_timeout = false;  // the callee looks after timeouts
};

struct Callee {
  Member* member = nullptr;
  CalleeOptions options;
  uint64_t node = 0;    // its authid as rendezvous_hash() has it
  uint32_t active = 0;  // calls on their way to it, counted if there is a concurrency
  transport::Charge charge = {};

  bool is_free() const {
    return (options.concurrency == 0 || active < options.concurrency) && member->takes_calls();
  }
};

struct Registration {
  wamp::RegistrationId id;
  std::string procedure;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  InvocationPolicy policy = InvocationPolicy::single;
  WallTime created;
  std::vector<Callee> callees;  // in the order of registration; at least one, unless it has ended
  bool ended = false;           // not found by URI any more
  std::map<uint64_t, PendingCall*> waiting;  // for a callee to be free, in the order of CALLs

  // The dealer's work on those that wait, made with the registration, as the end of a callee must not need
  // memory; what it is to do, and how far it is.
  std::unique_ptr<LeftoverWork::Work> work;
  bool is_worked_on = false;
  bool ends_hopeless = false;  // calls that nobody is left for
  uint64_t hopeless_behind = 0;
  bool invoking = false;      // they are being given to callees
  bool invoke_again = false;  // and then once more, as something has changed
  uint64_t invoke_behind = 0;
  wamp::SessionId last_callee;  // when it has ended

  size_t next = 0;  // roundrobin's turn

  // "RegistrationDetails" of the meta API.
  wamp::Dict details() const;

  // What one takes of memory, its places in all tables included. Each callee is charged all of it: who stays
  // last has it alone.
  static size_t bytes_of(std::string_view procedure);

  bool has_callee(const Member& member) const;
  // All of its callees are leaving.
  bool is_deserted() const;
  // Precondition: the member is not a callee yet; is one.
  void add_callee(Member& member, const CalleeOptions& options);
  void remove_callee(Member& member) noexcept;
  // Null if the member is not a callee (any more).
  Callee* find_callee(const Member& member);

  // What decides beside the policy who gets a call.
  struct Choice {
    uint64_t chance = 0;                  // any number, used by the random policy
    std::optional<uint64_t> routing_key;  // "Sharded Registration": goes by this and not by the policy
    const std::vector<wamp::SessionId>* refused =
        nullptr;  // sorted: those that answered "unavailable" ("Call Re-Routing")
  };
  // Null if all are busy or have refused.
  Callee* pick(const Choice& choice);
  // True if somebody is left who has not refused, busy or not.
  bool has_candidates(const std::vector<wamp::SessionId>& refused) const;

 private:
  Callee* pick_by_policy(const Choice& choice);
  Callee* pick_by_key(const Choice& choice);
};

}  // namespace router::dealer
