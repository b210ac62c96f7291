// REGISTERs that wait until the holder of what they want is known to be alive or dead.
//
// Part of the dealer, behind the realm's lock. All wait equally long, so they are in the order of their
// deadlines. What is done for one member costs what it has here, not what others have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

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
  // Those that wait for it, in the order in which they came; they are no longer here.
  std::vector<HeldRegister> take_for(const Member& holder);
  // Forgets what it has asked for.
  void remove_callee(const Member& callee);
  // Of the first one; SteadyTime::max() if there is none.
  SteadyTime next_deadline() const;
  // Those who have been silent for too long, each once.
  std::vector<Member*> silent_holders(SteadyTime now) const;

 private:
  using Number = uint64_t;  // in the order in which they came
  using Numbers = std::unordered_map<const Member*, std::set<Number>>;

  static void remove(Numbers& numbers, const Member* member, Number number);

  std::map<Number, HeldRegister> all_;  // the owner
  Numbers by_holder_, by_callee_;
  Number last_ = 0;
};

}  // namespace router::dealer
