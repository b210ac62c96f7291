#include "router/monitor/memory_watch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include <malloc.h>

#include "router/base/log.h"
#include "router/memory/memory_reserve.h"
#include "router/memory/memory_use.h"
#include "transport/memory/account.h"
#include "transport/memory/has_memory_for.h"
#include "transport/memory/kept_blocks.h"

namespace router {
namespace {

constexpr auto interval = std::chrono::milliseconds(100);
// While memory is short, what was freed is given back to the kernel each second, and after shedding.
constexpr int looks_between_trims = 10;

constexpr std::array<const char*, 4> stage_texts = {
    "there is enough memory again", "memory is short: no new connections are accepted",
    "memory is short: new subscriptions and registrations and large messages are refused",
    "memory is very short: those for whom most is held are disconnected"};

MemoryUse limits_of(const config::MemoryLimits& limits, uint64_t first_addresses) {
  const uint64_t whole = limits.limit_bytes > 0 ? limits.limit_bytes : allowed_memory() / 100 * 80;
  const uint64_t addresses = allowed_addresses();
  return {whole, limits.max_buffered_bytes > 0 ? limits.max_buffered_bytes : whole / 2,
          addresses > first_addresses ? addresses - first_addresses : 0};
}

std::string mib(uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

}  // namespace

MemoryWatch::MemoryWatch(const config::MemoryLimits& limits, std::vector<Worker*> workers,
                         std::function<void(bool)> set_accepting, std::function<MemoryUse()> measure)
    : workers_(std::move(workers)),
      set_accepting_(std::move(set_accepting)),
      measure_(std::move(measure)),
      first_addresses_(measure_().addresses),
      guard_(limits_of(limits, first_addresses_)),
      shedding_(workers_) {
  constexpr uint64_t looks_on_the_way = 64;
  const uint64_t step = guard_.limits().resident / looks_on_the_way / workers_.size();
  for (Worker* const worker : workers_) worker->tell_of_growth(step, [this] { look_as_much_has_come(); });
}

void MemoryWatch::start() {
  workers_.front()->loop().post([this] { look_again_and_again(); });
}

void MemoryWatch::look_again_and_again() {
  workers_.front()->loop().after(interval, [this] { look_again_and_again(); });
  memory_reserve::refill();
  const bool is_time = guard_.stage() != MemoryStage::plenty && --looks_to_trim_ <= 0;
  const bool trims = is_time || unheld_.should_be_given_back();
  const uint64_t unheld = unheld_.bytes();
  // Of a round that takes long it is told how long, by the number of looks.
  const bool is_shedding = shedding_.is_under_way();
  look(trims);
  unheld_.look(guard_.resident(), held());
  if (trims) unheld_.was_given_back(unheld);
  if (is_shedding && guard_.stage() == MemoryStage::shedding) shed();
}

// Any thread. In 100 ms very much can come over the loopback interface.
void MemoryWatch::look_as_much_has_come() {
  if (will_look_.exchange(true)) return;
  workers_.front()->loop().post([this] {
    will_look_ = false;
    look(false);
  });
}

void MemoryWatch::look(bool trims) {
  if (trims) trim();
  measure();
  // Perhaps it is only what was freed and not given back.
  if (guard_.stage() == MemoryStage::shedding && told_stage_ != MemoryStage::shedding) {
    trim();
    measure();
  }
  if (guard_.stage() != told_stage_) on_new_stage();
  set_accepting_(guard_.stage() < MemoryStage::closed);
  if (guard_.stage() == MemoryStage::shedding && !shedding_.is_under_way()) shed();
}

void MemoryWatch::measure() {
  MemoryUse use = measure_();
  use.addresses -= std::min(use.addresses, first_addresses_);
  std::ptrdiff_t input = 0;
  for (const Worker* const worker : workers_) input += worker->loop().input_outside_buffers();
  use.buffered += static_cast<uint64_t>(std::max<std::ptrdiff_t>(input, 0));
  guard_.look(use);
}

uint64_t MemoryWatch::held() const {
  uint64_t sum = 0;
  for (size_t kind = 0; kind < transport::max_holdings; ++kind) {
    std::ptrdiff_t of_kind = 0;
    for (const Worker* const worker : workers_)
      of_kind += worker->loop().held().of(static_cast<transport::Holding>(kind));
    sum += static_cast<uint64_t>(std::max<std::ptrdiff_t>(of_kind, 0));
  }
  return sum;
}

void MemoryWatch::on_new_stage() {
  const MemoryStage stage = guard_.stage();
  const std::string text = std::string(stage_texts[static_cast<size_t>(stage)]) + " (" +
                           mib(guard_.resident()) + " of " + mib(guard_.limits().resident) + " resident, " +
                           mib(guard_.buffered()) + " of " + mib(guard_.limits().buffered) + " buffered)";
  stage == MemoryStage::plenty ? log::info(text) : log::warning(text);
  for (Worker* const worker : workers_)
    worker->loop().post([worker, stage] { worker->set_memory_stage(stage); });
  looks_to_trim_ = 0;
  told_stage_ = stage;  // now that there was memory for it: else the next look tells it
}

void MemoryWatch::trim() {
  looks_to_trim_ = looks_between_trims;
  ::malloc_trim(0);
  // What the workers free then goes to the kernel the next time.
  for (Worker* const worker : workers_)
    transport::has_memory_for([worker] { worker->loop().post([] { transport::give_back_kept_blocks(); }); });
}

void MemoryWatch::shed() {
  shedding_.shed(guard_.excess() + 1);
  looks_to_trim_ = 0;
}

}  // namespace router
