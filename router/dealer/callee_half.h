// The invocations of one session: the callee's half of each call, from INVOCATION to its last answer.
//
// Pure: takes what its peer says or the other half posts, and fills an outbox. Part of a party, on its
// session's thread. A ProtocolError means that the peer's session must be aborted. An answer that comes when
// its call has ended is counted and ignored.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "router/dealer/place.h"
#include "router/dealer/streams.h"
#include "router/mail/delivery.h"
#include "router/tables/id_map.h"
#include "wamp/result.h"

namespace router::dealer {

class CalleeHalf {
 public:
  // `last`: the last invocation for which an earlier session of its connection owes an answer; its ids go on
  // from there.
  CalleeHalf(const Place& place, Streams& streams, wamp::RequestId last);

  size_t size() const { return invocations_.size(); }
  // The greatest id under which an answer of this or an earlier session of the connection may still come; 0:
  // all have been answered.
  wamp::RequestId last_owed() const;

  // ---- what the peer says

  wamp::Result<void> yield(const wamp::Yield& message, RoutedPayload&& payload);
  // An ERROR that answers an INVOCATION. `not_taken`: that of a link, no callee has got the call; so another
  // one may.
  wamp::Result<void> error(const wamp::Error& message, RoutedPayload&& payload, bool not_taken = false);

  // ---- what the other half posts

  // True: the peer is sent the invocation, which has its id now.
  bool take(Invoke& invoke);
  // What the peer is sent for it, if anything.
  std::optional<wamp::Interrupt> take(const CallNotice& notice);

  // ---- what else comes

  // A chunk is not taken by the peer.
  void on_untaken(wamp::RequestId invocation, bool too_much);
  // The caller does not take the results of a call.
  void take_untaken(const CallId& call, const SessionRef& caller, bool too_much,
                    const std::function<bool()>& others_wait);
  // Somebody who is no receiver of the session's streams waits for an answer of it.
  bool is_called_by_others() const;
  // What callers are told if it leaves before it has answered.
  void set_last_word(Refusal why) { last_word_ = std::make_unique<const Refusal>(std::move(why)); }
  // The session leaves: ends some of its invocations. True: it has none any more. `from`: as
  // LeftoverWork::take_some() has it.
  bool end_some(LeftoverWork& work, uint64_t& from);

 private:
  // Null: it has ended.
  PendingInvocation* find(const CallId& call);
  // The one that an answer is for; null if it has ended, an error if there never was one. `is_last`: nothing
  // is owed for it then.
  wamp::Result<PendingInvocation*> answered(wamp::RequestId invocation, std::string_view answer,
                                            bool is_last);
  // An ERROR of the dealer's own.
  void fail(const PendingInvocation& invocation, std::string_view error_uri, std::string text);
  // Behind its last answer, which must not be posted twice: so this needs no memory.
  void remove(PendingInvocation& invocation) noexcept;

  const Place& place_;
  Streams& streams_;
  IdMap<PendingInvocation*> invocations_;     // by INVOCATION.Request
  wamp::RequestId last_;                      // of the earlier sessions of its connection before the first
  uint64_t answered_ = 0;                     // with the last answer, and in time
  std::unique_ptr<const Refusal> last_word_;  // null: that it has left
  using ByCall = std::map<std::pair<wamp::SessionId, uint64_t>, PendingInvocation*>;
  // Made when it is first needed among many, and kept until there is no invocation.
  std::unique_ptr<ByCall> by_call_;
};

}  // namespace router::dealer
