// Which part of a list somebody wants to see, in which order.
//
// Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "wamp/value.h"

namespace router::insight {

inline constexpr size_t most_on_a_page = 1024;
inline constexpr size_t usual_on_a_page = 100;
inline constexpr size_t most_before_a_page = 1'000'000;
inline constexpr size_t most_in_a_list = 100;  // of what one on the page has
inline constexpr size_t looked_at_once = 64;   // with a realm's lock

struct PageRequest {
  std::string_view order = {};  // one of the page's orders
  size_t limit = usual_on_a_page, offset = 0;
  bool all = false;    // what is there, too, and not only what is used
  bool lists = false;  // with what each one has, at most 100 of a kind
};

struct PageRules {
  std::span<const std::string_view> orders = {};
  PageRequest usual = {};
  std::span<const std::string_view> states = {};  // with "all" there is all
  bool may_have_lists = false;
  bool is_of_http = false;  // in the words of nats-server: `sort` is the order, and `realm` is read elsewhere
};
inline constexpr std::string_view used_or_all[] = {"active", "all"};

// Reads `limit`, `offset`, `order`, `state` and `subs`, as far as the rules have them; or says what was
// expected. What is null is not given.
std::variant<PageRequest, std::string> read_page_request(const wamp::Dict& options, const PageRules& rules);

}  // namespace router::insight
