#include "router/insight/option_reader.h"

#include <algorithm>

#include "router/config/wording.h"

namespace router::insight {

const wamp::Value* OptionReader::find(std::string_view name) const {
  const wamp::Value* const value = options_.find(name);
  return value && !value->is_null() ? value : nullptr;
}

void OptionReader::fail(std::string_view name, std::string_view expected) {
  if (failure_.empty()) failure_ = std::string(name) + ": expected " + std::string(expected);
}

void OptionReader::expect_only(std::span<const std::string_view> names) {
  const config::Words words(names.begin(), names.end());
  for (const wamp::DictEntry& entry : options_)
    if (std::find(words.begin(), words.end(), entry.key) == words.end() && failure_.empty())
      failure_ = "unknown option " + config::in_quotes(entry.key) + config::did_you_mean(entry.key, words) +
                 ", expected " + config::alternatives(words);
}

std::optional<int64_t> OptionReader::number_between(std::string_view name, int64_t least, int64_t most) {
  const std::string expected = "a number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* const given = read<int64_t>(name, expected);
  if (!given) return std::nullopt;
  if (*given >= least && *given <= most) return *given;
  fail(name, expected);
  return std::nullopt;
}

std::optional<std::string_view> OptionReader::read_word(std::string_view name,
                                                        std::span<const std::string_view> words) {
  const std::string expected = config::alternatives({words.begin(), words.end()});
  const auto* const given = read<std::string>(name, expected);
  if (!given) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *given);
  if (found != words.end()) return *found;
  fail(name, expected);
  return std::nullopt;
}

}  // namespace router::insight
