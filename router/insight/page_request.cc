#include "router/insight/page_request.h"

#include <vector>

#include "router/insight/option_reader.h"

namespace router::insight {
std::variant<PageRequest, std::string> read_page_request(const wamp::Dict& options, const PageRules& rules) {
  PageRequest request = rules.usual;
  OptionReader reader(options);
  std::vector<std::string_view> known{"limit", "offset"};
  const std::string_view order_name = rules.is_of_http ? "sort" : "order";
  if (rules.is_of_http) known.emplace_back("realm");
  if (!rules.orders.empty()) known.emplace_back(order_name);
  if (!rules.states.empty()) known.emplace_back("state");
  if (rules.may_have_lists) known.emplace_back("subs");
  reader.expect_only(known);
  reader.read_number("limit", 1, most_on_a_page, request.limit);
  reader.read_number("offset", 0, most_before_a_page, request.offset);
  if (const auto order = reader.read_word(order_name, rules.orders)) request.order = *order;
  if (const auto state = reader.read_word("state", rules.states)) request.all = *state == "all";
  reader.read_flag("subs", request.lists);
  if (!reader.failure().empty()) return reader.failure();
  return request;
}

}  // namespace router::insight
