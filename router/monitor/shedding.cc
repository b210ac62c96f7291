#include "router/monitor/shedding.h"

#include <algorithm>
#include <utility>

namespace router {
namespace {

using transport::Loop;

constexpr size_t least_holding = 4 * 1024;
constexpr size_t large_holding = 64 * 1024;
constexpr int patience = 5;  // calls

}  // namespace

std::vector<Loop::Holder> greatest(std::vector<Loop::Holder> holders, uint64_t bytes) {
  std::sort(holders.begin(), holders.end(),
            [](const Loop::Holder& a, const Loop::Holder& b) { return a.bytes > b.bytes; });
  uint64_t of_little_ones = 0;
  for (const Loop::Holder& holder : holders)
    if (holder.bytes < large_holding) of_little_ones += holder.bytes;
  uint64_t given_back = 0;
  size_t count = 0;
  while (count < holders.size() && given_back < bytes) {
    const bool is_little = holders[count].bytes < large_holding;
    if (is_little && of_little_ones < (bytes - given_back) / 2) break;
    // Decided once, for all of them.
    if (is_little) of_little_ones = UINT64_MAX;
    given_back += holders[count++].bytes;
  }
  holders.resize(count);
  return holders;
}

template <class Work, class Then>
void Shedding::ask_all(const std::shared_ptr<Round>& round, Work work, Then then) {
  Loop& here = workers_.front()->loop();
  for (Worker* const worker : workers_)
    worker->loop().post([&here, worker, round, work, then] {
      here.post([round, then, done = work(*worker)]() mutable { then(round, std::move(done)); });
    });
}

void Shedding::shed(uint64_t bytes) {
  if (round_) {
    if (++round_->calls < patience) return;
    const auto late = std::exchange(round_, nullptr);
    if (!late->chosen) choose(late);
    return;
  }
  round_ = std::make_shared<Round>();
  round_->bytes = bytes;
  round_->untold = round_->unended = workers_.size();
  ask_all(
      round_, [](Worker& worker) { return worker.loop().holders(least_holding); },
      [this](const std::shared_ptr<Round>& round, std::vector<Loop::Holder> told) {
        round->holders.insert(round->holders.end(), told.begin(), told.end());
        if (--round->untold == 0 && !round->chosen) choose(round);
      });
}

void Shedding::choose(const std::shared_ptr<Round>& round) {
  round->chosen = true;
  const auto chosen =
      std::make_shared<const std::vector<Loop::Holder>>(greatest(std::move(round->holders), round->bytes));
  ask_all(
      round,
      [chosen](Worker& worker) {
        worker.loop().end(*chosen);
        return true;
      },
      [this](const std::shared_ptr<Round>& ended, bool) {
        if (--ended->unended == 0 && round_ == ended) round_.reset();
      });
}

}  // namespace router
