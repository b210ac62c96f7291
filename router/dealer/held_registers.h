// REGISTERs that wait until the holder of what they want is known to be alive or dead.
//
// Part of the dealer, behind the realm's lock. All wait equally long, so they are in the order of their
// deadlines. What is done for one member costs what it has here, not what others have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "router/clock.h"
#include "router/dealer/register_options.h"
#include "router/member.h"
#include "wamp/uri.h"

namespace router::dealer {

struct HeldRegister {
  Member* callee = nullptr;  // who wants it
  Member* holder = nullptr;  // who has it
  wamp::RequestId request;
  std::string procedure;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  RegisterOptions options;
  SteadyTime deadline;
  transport::Charge charge = {};  // to the callee
};

class HeldRegisters {
 public:
  size_t size() const { return all_.size(); }
  // True if nothing else waits for this holder.
  bool add(HeldRegister held);
  bool any_for(wamp::SessionId holder) const { return by_holder_.contains(holder); }
  // As long as there are any for it, they are being decided: it has given a sign of life.
  void set_alive(wamp::SessionId holder) { alive_.insert(holder); }
  bool is_alive(wamp::SessionId holder) const { return alive_.contains(holder); }
  // The first of those that wait for it, which is no longer here; nothing: there is none.
  std::optional<HeldRegister> take_for(wamp::SessionId holder);
  // Forgets one that it has asked for; false: there is none.
  bool forget_one_of(wamp::SessionId callee);
  // Of the first one whose holder has not been told by the next function; SteadyTime::max() if there is none.
  SteadyTime next_deadline() const;
  // The holder of the next one for which it has been silent for too long; null: there is none.
  Member* take_silent_holder(SteadyTime now);

 private:
  using Number = uint64_t;  // in the order in which they came
  using Numbers = std::map<wamp::SessionId, std::set<Number>>;

  static void remove(Numbers& numbers, wamp::SessionId session, Number number);
  HeldRegister take(Number number);

  std::map<Number, HeldRegister> all_;  // the owner
  Numbers by_holder_, by_callee_;
  std::set<wamp::SessionId> alive_;
  Number last_ = 0;
  Number told_ = 0;  // the holders of those up to this one have been told to be silent
};

}  // namespace router::dealer
