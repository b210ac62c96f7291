// One connection after the other, each cut off at some point of its story, in some way.
//
// Lives on its loop, which lives longer. A visit never ends within a turn: after_turn() ends it.
#pragma once

#include <cstdint>

#include "bench/load/loop.h"
#include "bench/reliability/story.h"
#include "bench/reliability/trial.h"
#include "client/wire/fd.h"

namespace bench::reliability {

class Visitor final : private load::Watched {
 public:
  Visitor(load::Loop& loop, const Options& options, const Churn& trial, Random& random)
      : loop_(loop), options_(options), trial_(trial), random_(random) {}

  bool visiting() const { return visiting_; }
  // Connects and says what it has to say.
  void visit(uint64_t now_ns);
  // Ends the visit if it is time. Throws if the router has not let go of a connection that it should have.
  void after_turn(uint64_t now_ns);

 private:
  enum class Ending : uint8_t {
    at_once,       // as soon as all is said
    after_answer,  // when something comes, or after some milliseconds
    after_pause,   // after some milliseconds
    orderly,       // says that it has said all, and waits for the router to end the connection
    never,         // waits for the router to get tired of it
  };

  void on_event(uint32_t events) override;
  Ending any_ending();
  void say(Story story);
  void end();

  load::Loop& loop_;
  const Options& options_;
  const Churn& trial_;
  Random& random_;
  wire::Fd socket_;
  Ending ending_ = Ending::at_once;
  bool visiting_ = false;
  bool answered_ = false;
  bool ended_by_router_ = false;
  uint64_t deadline_ns_ = 0;
  std::string said_;  // for the message if it goes wrong
};

}  // namespace bench::reliability
