#include "router/matching/common_uri.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace router {
namespace {

// One component of the URIs that a pattern matches.
struct PatternComponent {
  std::string_view text;
  bool goes_on = false;  // it is only the beginning; all of them if it is empty
};

class UriSet {
 public:
  explicit UriSet(const UriPattern& pattern) : has_more_(pattern.match == wamp::MatchPolicy::prefix) {
    std::string_view rest = pattern.uri;
    for (size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.')) {
      add(rest.substr(0, dot), pattern.match);
      rest.remove_prefix(dot + 1);
    }
    add(rest, pattern.match);
    components_.back().goes_on |= has_more_;
  }

  // Keeps what is in the other set, too. False: nothing is.
  bool intersect(const UriSet& other) {
    if ((components_.size() < other.components_.size() && !has_more_) ||
        (components_.size() > other.components_.size() && !other.has_more_))
      return false;
    components_.resize(std::max(components_.size(), other.components_.size()), any);
    for (size_t i = 0; i < other.components_.size(); ++i)
      if (!intersect(components_[i], other.components_[i])) return false;
    has_more_ &= other.has_more_;
    return true;
  }

  std::string uri(const FreshParts& fresh) const {
    std::string uri;
    const auto add_component = [&](const PatternComponent& component) {
      uri += component.text;
      if (component.goes_on) uri += fresh.component;
      uri += '.';
    };
    for (const PatternComponent& component : components_) add_component(component);
    for (size_t i = components_.size(); has_more_ && i < fresh.components_at_least; ++i) add_component(any);
    uri.pop_back();
    return uri;
  }

 private:
  static constexpr PatternComponent any{"", true};

  void add(std::string_view component, wamp::MatchPolicy match) {
    components_.push_back({component, match == wamp::MatchPolicy::wildcard && component.empty()});
  }
  static bool intersect(PatternComponent& a, const PatternComponent& b) {
    const bool a_is_longer = a.text.size() > b.text.size() || (a.text.size() == b.text.size() && !a.goes_on);
    const PatternComponent &longer = a_is_longer ? a : b, &shorter = a_is_longer ? b : a;
    if (shorter.goes_on ? !longer.text.starts_with(shorter.text) : longer.text != shorter.text) return false;
    a = PatternComponent(longer);
    return true;
  }

  std::vector<PatternComponent> components_;
  bool has_more_;  // any number of components may follow
};

}  // namespace

std::optional<std::string> common_uri(const UriPattern& a, const UriPattern& b, const FreshParts& fresh) {
  UriSet common(a);
  if (!common.intersect(UriSet(b))) return std::nullopt;
  return common.uri(fresh);
}

}  // namespace router
