#include "router/chaos/plan.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <system_error>

#include "router/config/wording.h"

namespace router::chaos {
namespace {

constexpr std::array all_faults{Fault::drop, Fault::slow, Fault::half_open, Fault::kill_mid_call};
constexpr std::string_view seed_word = "seed";

// All of the text.
template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || last != end) return std::nullopt;
  return number;
}

[[noreturn]] void refuse_value(std::string_view word, std::string_view expected, std::string_view found) {
  throw std::invalid_argument(std::string(word) + ": expected " + std::string(expected) + ", found " +
                              config::in_quotes(found));
}

double chance_of(std::string_view word, std::string_view value) {
  const auto percent =
      value.ends_with('%') ? whole_number<double>(value.substr(0, value.size() - 1)) : std::nullopt;
  if (!percent || !(*percent >= 0 && *percent <= 100))
    refuse_value(word, "a percentage from 0% to 100%, such as 1%", value);
  return *percent / 100;
}

uint64_t seed_of(std::string_view value) {
  const auto seed = whole_number<uint64_t>(value);
  if (!seed) refuse_value(seed_word, "a whole number from 0 to 18446744073709551615", value);
  return *seed;
}

std::optional<Fault> fault_named(std::string_view word) {
  for (const Fault fault : all_faults)
    if (name(fault) == word) return fault;
  return std::nullopt;
}

[[noreturn]] void refuse_word(std::string_view word) {
  config::Words words;
  for (const Fault fault : all_faults) words.push_back(name(fault));
  words.push_back(seed_word);
  throw std::invalid_argument("expected " + config::alternatives(words) + ", found " +
                              config::in_quotes(word) + config::did_you_mean(word, words));
}

}  // namespace

std::string_view name(Fault fault) {
  constexpr std::array<std::string_view, fault_count> names{"drop", "half-open", "slow", "kill-mid-call"};
  return names[static_cast<size_t>(fault)];
}

double& Plan::of(Fault fault) {
  switch (fault) {
    case Fault::drop:
      return drop;
    case Fault::half_open:
      return half_open;
    case Fault::slow:
      return slow;
    case Fault::kill_mid_call:
      break;
  }
  return kill_mid_call;
}

Plan plan_of(std::string_view text) {
  Plan plan;
  std::set<std::string_view> seen;
  for (bool goes_on = true; goes_on;) {
    const size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    const std::string_view word = part.substr(0, part.find('='));
    const std::string_view value = part.substr(std::min(part.size(), word.size() + 1));
    const auto fault = fault_named(word);
    if (!fault && word != seed_word) refuse_word(word);
    if (!seen.insert(word).second) throw std::invalid_argument(std::string(word) + " is given twice");
    if (fault)
      plan.of(*fault) = chance_of(word, value);
    else
      plan.seed = seed_of(value);
    goes_on = comma != text.npos;
    if (goes_on) text.remove_prefix(comma + 1);
  }
  if (seen.size() == 1 && plan.seed)
    throw std::invalid_argument("expected a fault beside the seed, such as drop=1%");
  return plan;
}

std::string to_text(Plan plan) {
  std::string text;
  const auto add = [&text](std::string_view word, std::string_view value) {
    text.append(text.empty() ? "" : ",").append(word).append("=").append(value);
  };
  for (const Fault fault : all_faults) {
    std::array<char, 32> percent{};
    std::snprintf(percent.data(), percent.size(), "%g%%", plan.of(fault) * 100);
    if (plan.of(fault) > 0) add(name(fault), percent.data());
  }
  if (plan.seed) add(seed_word, std::to_string(*plan.seed));
  return text;
}

}  // namespace router::chaos
