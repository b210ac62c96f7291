// The requests of one session of a role with a dynamic authorizer: which of them must be asked about, and
// those that wait for an answer, with all that came behind them.
//
// Requests are carried out in the order in which they came; questions are asked as soon as a request comes,
// so they overlap. What a callee answers (YIELD, ERROR) never waits, so an authorizer may call the session it
// is asked about. The answer that a request got when it came, or that came for it, counts when it is carried
// out.
// A message is kept as its bytes and decoded again when it is its turn. When too many wait, the connection is
// not read until half of them are done.
//
// Owned by its membership, on its worker's thread, from the first such request to the end of the membership.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/entrance/inquiry.h"
#include "router/realm/realm.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"
#include "wamp/message.h"

namespace router {

class HeldRequests {
 public:
  // All outlive it. `more`: what authorizers are told of the session beside its identity.
  HeldRequests(Worker& worker, const std::shared_ptr<Realm>& realm, Seat& member, Resident& resident,
               transport::Connection& connection, const wamp::Dict& more);
  ~HeldRequests();
  HeldRequests(const HeldRequests&) = delete;

  // False: the message may be carried out now. `is_chunk`: it belongs to an earlier CALL.
  bool hold(const wamp::Message& message, std::string_view bytes, serializers::Format format, bool is_chunk);

  struct Request {
    std::string bytes;
    bool is_chunk = false;
  };
  // The next request that may be carried out, if there is one. The worker is told when there is.
  std::optional<Request> take();

  // Another session that was asking is done, or may be.
  void look_again();

 private:
  struct Subject;
  struct Question;
  struct Waiting {
    Request request;
    VerdictByAction known;
    std::vector<std::shared_ptr<Question>> questions;
    transport::Charge charge;
    bool is_decided() const;
  };

  std::vector<Subject> subjects_of(const wamp::Message& message, serializers::Format format) const;
  // Adds the verdict on the subject, or the question about it, to what waits; the same question as for an
  // identical subject that is asked about already.
  void look_up(const std::shared_ptr<Verdicts>& verdicts, Subject subject, Waiting& waiting);
  void ask(const std::shared_ptr<Question>& question);
  void on_answer(Question& question, const Inquiry::Answer& answer);
  void on_verdict(Question& question, Verdict verdict);
  // The session does not ask for others any longer, nor wait for another one; those who waited are told.
  void let_go(Question& question) noexcept;
  void pause_if_full();
  void resume_if_short();

  Worker& worker_;
  const std::shared_ptr<Realm> realm_;
  Seat& member_;
  Resident& resident_;  // whose requests they are
  transport::Connection& connection_;
  const wamp::Dict session_details_;  // in Crossbar's words
  const transport::Charge charge_;    // for these
  std::deque<Waiting> waiting_;
  size_t bytes_ = 0;  // of memory, for those
  // By what identical ones have in common. Rules that are replaced have another authorizer.
  using Name = std::pair<const Verdicts*, std::string>;
  std::map<Name, std::shared_ptr<Question>> open_;
  size_t max_count_ = 0, max_bytes_ = 0;
};

}  // namespace router
