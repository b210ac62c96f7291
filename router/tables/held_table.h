// Requests that wait for something, in the order in which they came: those for the same cause, and those of
// the same session.
//
// Pure; not for several threads at a time. All wait equally long, so their order is that of their deadlines.
// What is done for one cause or session costs what it has here, not what others have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "wamp/ids.h"

namespace router {

template <class Request, class Cause, class Less = std::less<Cause>>
class HeldTable {
 public:
  using Number = uint64_t;  // ascending; 0: none

  bool empty() const { return all_.empty(); }
  size_t size() const { return all_.size(); }

  // All of it, or nothing.
  template <class C>
  Number add(const C& cause, wamp::SessionId of, Request request) {
    std::set<Number> one{last_ + 1}, another{last_ + 1};
    const auto of_cause = by_cause_.try_emplace(Cause(cause)).first;
    auto of_session = by_session_.end();
    try {
      of_session = by_session_.try_emplace(of).first;
      all_.emplace(last_ + 1, Held{std::move(request), of_cause, of_session});
    } catch (...) {
      if (of_cause->second.empty()) by_cause_.erase(of_cause);
      if (of_session != by_session_.end() && of_session->second.empty()) by_session_.erase(of_session);
      throw;
    }
    of_cause->second.merge(one);
    of_session->second.merge(another);
    return ++last_;
  }

  template <class C>
  Number first_for(const C& cause) const {
    return first(by_cause_, cause);
  }
  Number first_of(wamp::SessionId session) const { return first(by_session_, session); }
  // The first one behind that number.
  Number next(Number behind = 0) const {
    const auto found = all_.upper_bound(behind);
    return found == all_.end() ? 0 : found->first;
  }
  size_t count_of(wamp::SessionId session) const {
    const auto found = by_session_.find(session);
    return found == by_session_.end() ? 0 : found->second.size();
  }

  // Precondition of these: there is one of that number.
  const Request& at(Number number) const { return all_.find(number)->second.request; }
  const Cause& cause_of(Number number) const { return all_.find(number)->second.of_cause->first; }
  Request take(Number number) noexcept {
    const auto found = all_.find(number);
    Held& held = found->second;
    remove(by_cause_, held.of_cause, number);
    remove(by_session_, held.of_session, number);
    Request request = std::move(held.request);
    all_.erase(found);
    return request;
  }

 private:
  using Numbers = std::set<Number>;
  using ByCause = std::map<Cause, Numbers, Less>;
  using BySession = std::map<wamp::SessionId, Numbers>;
  struct Held {
    Request request;
    typename ByCause::iterator of_cause;
    typename BySession::iterator of_session;
  };

  template <class Index, class Key>
  static Number first(const Index& index, const Key& key) {
    const auto found = index.find(key);
    return found == index.end() ? 0 : *found->second.begin();
  }
  template <class Index>
  static void remove(Index& index, typename Index::iterator at, Number number) noexcept {
    at->second.erase(number);
    if (at->second.empty()) index.erase(at);
  }

  std::map<Number, Held> all_;  // the owner
  // None is empty.
  ByCause by_cause_;
  BySession by_session_;
  Number last_ = 0;
};

}  // namespace router
