// The query of a URL, as HTML forms write it. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace router::http {

class Query {
 public:
  // Percent escapes and '+' are decoded. What is escaped badly stands as it is.
  explicit Query(std::string_view text);

  // The first of that name.
  const std::string* find(std::string_view name) const;
  // All of that name.
  std::vector<std::string> all(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace router::http
