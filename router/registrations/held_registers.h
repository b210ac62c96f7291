// REGISTERs that wait until the holder of what they want is known to be alive or dead.
//
// Part of the dealer, behind the realm's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "router/base/clock.h"
#include "router/member/member.h"
#include "router/registrations/register_options.h"
#include "router/tables/held_table.h"
#include "wamp/uri.h"

namespace router::dealer {

struct HeldRegister {
  Member* callee = nullptr;  // who wants it
  Member* holder = nullptr;  // who has it; null: it waits for something else
  wamp::RequestId request;
  std::string procedure;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  RegisterOptions options;
  SteadyTime deadline;
  transport::Charge charge = {};  // to the callee

  // What one takes of memory, its places in the tables included.
  static size_t bytes_of(std::string_view procedure);
};

class HeldRegisters {
 public:
  size_t size() const { return all_.size(); }
  void add(HeldRegister held);
  bool any_for(wamp::SessionId holder) const { return find_for(holder) != nullptr; }
  // As long as there are any for it, they are being decided: it has given a sign of life.
  void set_alive(wamp::SessionId holder) { alive_.insert(holder); }
  bool is_alive(wamp::SessionId holder) const { return alive_.contains(holder); }
  // The first of those that wait for it; null: there is none.
  const HeldRegister* find_for(wamp::SessionId holder) const;
  // Forgets that one.
  void forget_one_for(wamp::SessionId holder) noexcept { forget(all_.first_for(holder)); }
  // Forgets one that it has asked for; false: there is none.
  bool forget_one_of(wamp::SessionId callee) noexcept { return forget(all_.first_of(callee)); }
  // Of the first one whose holder has not been told; SteadyTime::max() if there is none.
  SteadyTime next_deadline() const;
  struct Silent {
    Member* holder = nullptr;
    uint64_t number = 0;
  };
  // The holder of that one, if it has been silent for too long; null: it has not.
  Silent silent_holder(SteadyTime now) const;
  // It has been told.
  void pass(const Silent& silent) noexcept { told_ = silent.number; }

 private:
  using Table = HeldTable<HeldRegister, wamp::SessionId>;  // by holder
  using Number = Table::Number;

  bool forget(Number number) noexcept;

  Table all_;
  std::set<wamp::SessionId> alive_;
  Number told_ = 0;  // the holders of those up to this one have been told to be silent
};

}  // namespace router::dealer
