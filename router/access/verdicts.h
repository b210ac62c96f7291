// What the dynamic authorizer of one role has said, as long as it may be kept, and who asks it what at the
// moment, so that several sessions do not ask the same.
//
// Any thread; locked for single look-ups only. Bounded in bytes: the oldest answers go first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/access/grant.h"
#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/base/session_ref.h"
#include "router/config/config.h"
#include "wamp/uri.h"

namespace router {

class Verdicts {
 public:
  // What a question is about.
  struct Key {
    wamp::SessionId session;  // none: any of the role
    Action action = Action::call;
    wamp::MatchPolicy match = wamp::MatchPolicy::exact;
    std::string uri;
  };

  explicit Verdicts(config::DynamicAuthorizer authorizer) : authorizer_(std::move(authorizer)) {}

  const config::DynamicAuthorizer& authorizer() const { return authorizer_; }
  bool are_of_role() const { return authorizer_.cache_by == config::DynamicAuthorizer::CacheBy::role; }

  // The answer, if it is known.
  std::optional<Grant> find(const Key& key, SteadyTime now) const;

  // Who asks a question that is not answered yet.
  enum class Asker : uint8_t {
    alone,    // the session, for itself
    for_all,  // the session, which must leave() when it is done, as others may wait for it
    another,  // another session; this one waits until it is told, and must leave() if it does not
  };
  struct Opened {
    Asker asker = Asker::alone;
    uint64_t version = 0;              // for add()
    std::optional<Grant> answer = {};  // it has just been answered
    std::string name = {};             // of the question, if others may wait for it
    uint64_t question = 0;             // which of those that have had that name
  };
  Opened open(const Key& key, const SessionRef& session, SteadyTime now);
  // Whether another session is still asking for the one that has opened it, and has not left it.
  bool waits(const Opened& opened) const;
  // Keeps the answer, unless something was purged since the question was opened.
  void add(const Key& key, const Grant& grant, uint64_t version, SteadyTime now);
  // The session neither asks nor waits any longer. Returns those that waited for it, who must look again.
  std::vector<SessionRef> leave(const std::string& name, const SessionRef& session) noexcept;

  // What was said of one session is of no use any more. Like purge() it lets go of the lock now and then.
  void forget(wamp::SessionId session) noexcept;

  struct Selection {
    std::optional<wamp::SessionId> session;  // none: all
    std::optional<std::string> uri;
  };
  // Forgets answers, and does not keep those that come to open questions. Returns the number forgotten.
  size_t purge(const Selection& selection);

  struct Counts {
    size_t answers = 0, bytes = 0, sessions = 0, questions = 0;
  };
  Counts counts() const;

 private:
  struct Answer {
    uint64_t session;
    std::string text;  // of the key, without the session
    std::string_view uri() const;
    Grant grant;
    SteadyTime until;
  };
  using Answers = std::map<uint64_t, Answer>;                   // by number, in the order in which they came
  using Index = std::map<std::string_view, Answers::iterator>;  // by Answer::text
  struct Question {
    uint64_t number;
    SessionRef asker;
    std::vector<SessionRef> waiters;
  };

  std::optional<Grant> find(uint64_t session, const std::string& text, SteadyTime now) const REQUIRES(mutex_);
  static std::string text_of(const Key& key);
  static size_t bytes_of(const Answer& answer);
  Answers::iterator erase(Answers::iterator answer) REQUIRES(mutex_);
  void make_room(SteadyTime now) REQUIRES(mutex_);
  // Some of it, with the lock for that long. True: there may be more.
  bool forget_some(wamp::SessionId session);
  // Of the numbers `from` to `last`; `from` is the next one when it returns.
  bool purge_some(const Selection& selection, uint64_t& from, uint64_t last, size_t& purged);

  const config::DynamicAuthorizer authorizer_;
  mutable Mutex mutex_{"what an authorizer has said"};
  Answers answers_ GUARDED_BY(mutex_);  // the oldest first, which is the first to expire
  uint64_t last_answer_ GUARDED_BY(mutex_) = 0;
  size_t bytes_ GUARDED_BY(mutex_) = 0;  // of the answers
  std::map<uint64_t, Index> by_session_ GUARDED_BY(mutex_);
  std::map<std::string, Question> questions_
      GUARDED_BY(mutex_);  // by text_of(key), of keys for the whole role
  uint64_t last_question_ GUARDED_BY(mutex_) = 0;
  uint64_t version_ GUARDED_BY(mutex_) = 0;  // of purges
};

}  // namespace router
