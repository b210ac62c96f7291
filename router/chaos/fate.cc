#include "router/chaos/fate.h"

#include <random>

namespace router::chaos {
namespace {

// Standard libraries agree on the engine's numbers, and not on what distributions make of them.
class EngineChance {
 public:
  EngineChance(uint64_t seed, uint64_t number, uint32_t direction) {
    std::seed_seq mixed{low_half(seed), high_half(seed), low_half(number), high_half(number), direction};
    engine_.seed(mixed);
  }
  double operator()() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

 private:
  static uint32_t low_half(uint64_t number) { return static_cast<uint32_t>(number); }
  static uint32_t high_half(uint64_t number) { return static_cast<uint32_t>(number >> 32); }

  std::mt19937_64 engine_;
};

}  // namespace

std::optional<Mishap> Fate::of_message_from_client(bool answers_invocation) {
  const bool drops = from_client_() < plan_.drop;
  const bool goes_dead = from_client_() < plan_.half_open;
  const bool kills = from_client_() < plan_.kill_mid_call;
  if (drops) return Mishap{Fault::drop};
  if (goes_dead) return Mishap{Fault::half_open};
  if (kills && answers_invocation) return Mishap{Fault::kill_mid_call};
  return std::nullopt;
}

std::optional<Mishap> Fate::of_message_to_client() {
  const bool drops = to_client_() < plan_.drop;
  const bool goes_dead = to_client_() < plan_.half_open;
  const bool waits = to_client_() < plan_.slow;
  const auto delay = shortest_delay + std::chrono::duration_cast<std::chrono::milliseconds>(
                                          (longest_delay - shortest_delay) * to_client_());
  if (drops) return Mishap{Fault::drop};
  if (goes_dead) return Mishap{Fault::half_open};
  if (waits) return Mishap{Fault::slow, delay};
  return std::nullopt;
}

Fate fate_of_connection(const Plan& plan, uint64_t number) {
  return {plan, EngineChance(*plan.seed, number, 0), EngineChance(*plan.seed, number, 1)};
}

}  // namespace router::chaos
