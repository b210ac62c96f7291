// The query of a URL, as HTML forms write it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transport {

class Query {
 public:
  // Percent escapes and '+' are decoded. What is escaped badly stands as it is.
  explicit Query(std::string_view text);

  // Nothing is escaped badly, and all of it is UTF-8 without U+0000.
  bool is_well_formed() const { return is_well_formed_; }
  // The first of that name.
  const std::string* find(std::string_view name) const;
  // All of that name.
  std::vector<std::string> all(std::string_view name) const;
  // Names and values, as they stand there.
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

 private:
  std::string decoded(std::string_view text);

  std::vector<std::pair<std::string, std::string>> parameters_;
  bool is_well_formed_ = true;
};

}  // namespace transport
