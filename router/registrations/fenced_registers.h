// REGISTERs of sessions that have just given up, or lost, the same procedure: they wait until UNREGISTERED is
// out, so that nobody hears first that it has a procedure and then that it has not.
//
// Part of the dealer, behind the realm's lock.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "router/registrations/held_registers.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::dealer {

class FencedRegisters {
 public:
  struct Key {
    wamp::SessionId callee;
    std::string procedure;
    wamp::MatchPolicy match = wamp::MatchPolicy::exact;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  // post() posts a fence, which pass() is to be called for.
  template <class Post>
  void add_fence(const Key& key, const Post& post) {
    Fences& fences = all_[key];
    try {
      post();
    } catch (...) {
      if (fences.on_their_way == 0) all_.erase(key);
      throw;
    }
    ++fences.on_their_way;
  }
  // Where a REGISTER waits; null: it need not.
  std::vector<HeldRegister>* waiting_for(const Key& key) {
    const auto found = all_.find(key);
    return found == all_.end() ? nullptr : &found->second.waiting;
  }
  // The fence is through. Those that have waited for it, if it was the last.
  std::vector<HeldRegister> pass(const Key& key) {
    const auto found = all_.find(key);
    if (found == all_.end() || --found->second.on_their_way > 0) return {};
    return std::move(all_.extract(found).mapped().waiting);
  }
  // Forgets one of the session, which leaves; false: there is none.
  bool forget_one_of(wamp::SessionId callee) noexcept {
    const auto found = all_.lower_bound({callee, {}, {}});
    if (found == all_.end() || found->first.callee != callee) return false;
    all_.erase(found);
    return true;
  }

 private:
  struct Fences {
    size_t on_their_way = 0;
    std::vector<HeldRegister> waiting;
  };
  std::map<Key, Fences> all_;
};

}  // namespace router::dealer
