// Ends those for whom most memory is held, of all workers together, until enough is given back.
//
// Works on the first worker's thread. In a round each worker tells for whom it holds how much, the greatest
// of all are chosen, and their workers end them. The workers outlive it, and have stopped when it is
// destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "router/worker/worker.h"
#include "transport/loop/loop.h"

namespace router {

// The greatest of them, as many as it takes to give back so many bytes. Of little ones only if these are much
// of what is missing: to end hundreds of clients for next to nothing helps nobody.
std::vector<transport::Loop::Holder> greatest(std::vector<transport::Loop::Holder> holders, uint64_t bytes);

class Shedding {
 public:
  explicit Shedding(std::vector<Worker*> workers) : workers_(std::move(workers)) {}

  // Begins a round for so many bytes. While one is under way, nothing; but who takes too long is not waited
  // for.
  void shed(uint64_t bytes);
  bool is_under_way() const { return round_ != nullptr; }

 private:
  struct Round {
    uint64_t bytes = 0;
    std::vector<transport::Loop::Holder> holders;  // so far
    size_t untold = 0, unended = 0;                // workers that have still to tell, to end theirs
    bool chosen = false;
    int calls = 0;  // of shed() since it began
  };

  void choose(const std::shared_ptr<Round>& round);
  // Runs `work` on each worker, and then `then` here.
  template <class Work, class Then>
  void ask_all(const std::shared_ptr<Round>& round, Work work, Then then);

  const std::vector<Worker*> workers_;
  std::shared_ptr<Round> round_;  // the present one, or null
};

}  // namespace router
