// The calls that this node has sent to others and that have not ended: where each is, so that it ends when
// its answer cannot come.
//
// They are never sent again, as they may have been carried out. One thread.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "router/cluster/words/words.h"

namespace router::cluster {

using CallNumber = uint64_t;  // the caller's worker's own

class RemoteCalls {
 public:
  // Precondition: no such call is there. `mail`: the number of the mail that brings it.
  void add(CallNumber call, const NodeId& to, uint64_t mail) {
    assert(!calls_.contains(call));
    calls_[call] = {to, mail};
    by_node_[to].emplace(mail, call);
  }
  // It has been answered. False: it has ended already, and what came is to be ignored.
  bool end(CallNumber call) {
    const auto found = calls_.find(call);
    if (found == calls_.end()) return false;
    const auto there = by_node_.find(found->second.to);
    there->second.erase({found->second.mail, call});
    if (there->second.empty()) by_node_.erase(there);
    calls_.erase(found);
    return true;
  }

  // Those that have ended so, in the order in which they were sent: all at that node, or those that some of
  // the mail brought.
  std::vector<CallNumber> end_all(const NodeId& at) { return end_some(at, 0, UINT64_MAX); }
  std::vector<CallNumber> end_some(const NodeId& at, uint64_t first_mail, uint64_t last_mail) {
    std::vector<CallNumber> ended;
    if (const auto there = by_node_.find(at); there != by_node_.end())
      for (auto one = there->second.lower_bound({first_mail, 0});
           one != there->second.end() && one->first <= last_mail; ++one)
        ended.push_back(one->second);
    for (const CallNumber call : ended) end(call);
    return ended;
  }

  size_t size() const { return calls_.size(); }

 private:
  struct Sent {
    NodeId to;
    uint64_t mail = 0;
  };

  std::map<CallNumber, Sent> calls_;
  std::map<NodeId, std::set<std::pair<uint64_t, CallNumber>>> by_node_;
};

}  // namespace router::cluster
