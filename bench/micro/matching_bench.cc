// What a match costs among 100,000 patterns, for the worst sets of patterns that we could construct, and what
// a pattern takes in memory. Patterns that the index would refuse with the limits that a realm has by default
// are left out.
#include <deque>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "router/config/config.h"
#include "router/matching/uri_index.h"

namespace router {
namespace {

constexpr size_t most_patterns = 100'000;
constexpr size_t longest = 4096;  // uri_length

double bytes_in_use() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// Patterns, and a URI for which they are to be bad.
struct Set {
  wamp::MatchPolicy match = wamp::MatchPolicy::wildcard;
  std::set<std::string> patterns = {};
  std::string uri;
};

std::string joined(const std::vector<std::string>& components) {
  std::string uri = components.front();
  for (size_t i = 1; i < components.size(); ++i) uri.append(".").append(components[i]);
  return uri;
}

// As applications have them: devices in sites, a wildcard or two.
Set ordinary() {
  Set set;
  for (size_t i = 0; set.patterns.size() < most_patterns; ++i) {
    const std::string device = "device" + std::to_string(i);
    set.patterns.insert("com.example.." + device + ".alarm");
    set.patterns.insert("com.example.site" + std::to_string(i) + "..temperature");
    set.patterns.insert("com.example.." + device + ".");
  }
  set.uri = "com.example.site4711.device815.temperature";
  return set;
}

// Each component is what the URI has there, or empty, by chance: a tree of components has a path for each
// mixture. The last one is no component of the URI, so that all the work is for nothing.
Set mixtures(size_t components, const std::function<std::string(std::mt19937_64&)>& last) {
  Set set;
  std::mt19937_64 random(1);
  while (set.patterns.size() < most_patterns) {
    std::vector<std::string> pattern(components);
    for (size_t at = 0; at + 1 < components; ++at) pattern[at] = random() % 2 ? "a" : "";
    pattern.back() = last(random);
    set.patterns.insert(joined(pattern));
  }
  set.uri = joined(std::vector<std::string>(components, "a"));
  return set;
}

Set mixtures_that_end_in(const std::string& last, size_t components) {
  return mixtures(components, [last](std::mt19937_64&) { return last; });
}

// As many shapes as there may be, and in each of them as many patterns.
Set full_shapes(size_t components, size_t shapes) {
  Set set;
  std::mt19937_64 random(2);
  std::vector<std::vector<bool>> wildcards(shapes);
  for (size_t shape = 0; shape < shapes; ++shape)
    for (size_t at = 0; at + 1 < components; ++at)
      wildcards[shape].push_back(components <= 10 ? shape >> at & 1 : random() % 2);
  for (size_t i = 0; set.patterns.size() < most_patterns; ++i) {
    std::vector<std::string> pattern(components);
    for (size_t at = 0; at + 1 < components; ++at) pattern[at] = wildcards[i % shapes][at] ? "" : "a";
    pattern.back() = "x" + std::to_string(i / shapes);
    set.patterns.insert(joined(pattern));
  }
  set.uri = joined(std::vector<std::string>(components, "a"));
  return set;
}

// Nothing but empty components, and nearly so: everything matches.
Set empty_components() {
  Set set;
  for (size_t components = 2; components <= 128; ++components)
    for (size_t literal = 0; literal <= components; ++literal) {
      std::vector<std::string> pattern(components);
      if (literal < components) pattern[literal] = "a";
      set.patterns.insert(joined(pattern));
    }
  set.uri = joined(std::vector<std::string>(128, "a"));
  return set;
}

// Every beginning of the longest URI.
Set nested_prefixes() {
  Set set{.match = wamp::MatchPolicy::prefix, .uri = std::string(longest, 'a')};
  for (size_t length = 1; length <= longest; ++length) set.patterns.insert(std::string(length, 'a'));
  return set;
}

// Where the URI goes on, as many others branch off as there is room for, and it is no match itself.
Set bushy_prefixes(size_t branches) {
  Set set{.match = wamp::MatchPolicy::prefix, .uri = {}};
  const size_t depth = std::min(most_patterns / branches, longest);
  set.uri = std::string(depth, 'a');
  for (size_t length = 0; length < depth; ++length)
    for (size_t branch = 0; branch < branches; ++branch)
      set.patterns.insert(set.uri.substr(0, length) +
                          static_cast<char>(branch < 'a' ? branch + 1 : branch + 2));
  return set;
}

class Filled {
 public:
  explicit Filled(const Set& set) : match_(set.match), uri_(set.uri) {
    const config::RealmLimits limits;
    const ShapeLimits shapes{limits.wildcard_shapes, limits.wildcard_shapes};
    const double before = bytes_in_use();
    size_t length = 0;
    for (const std::string& pattern : set.patterns) {
      if (index_.refusal(pattern, match_, 1, shapes)) continue;
      texts_.push_back(&pattern);
      index_.add(pattern, match_, &pattern, 1);
      length += pattern.size();
    }
    bytes_each_ = (bytes_in_use() - before - static_cast<double>(length + texts_.size() * sizeof(void*))) /
                  static_cast<double>(texts_.size());
  }

  void report(benchmark::State& state) const {
    state.counters["patterns"] = static_cast<double>(texts_.size());
    state.counters["bytes/pattern"] = bytes_each_;
  }
  const std::string& uri() const { return uri_; }
  const UriIndex<const std::string>& index() const { return index_; }

  // One out and in again.
  void change(size_t which) {
    const std::string& text = *texts_[which % texts_.size()];
    index_.remove(text, match_);
    index_.add(text, match_, &text, 1);
  }

 private:
  const wamp::MatchPolicy match_;
  const std::string uri_;
  std::vector<const std::string*> texts_;
  UriIndex<const std::string> index_;
  double bytes_each_ = 0;
};

void best(benchmark::State& state, const std::function<Set()>& make) {
  const Set set = make();
  const Filled filled(set);
  for (auto _ : state) benchmark::DoNotOptimize(filled.index().match_best(filled.uri()));
  filled.report(state);
}

void all(benchmark::State& state, const std::function<Set()>& make) {
  const Set set = make();
  const Filled filled(set);
  size_t found = 0;
  for (auto _ : state) filled.index().match_all(filled.uri(), [&found](const std::string&) { ++found; });
  filled.report(state);
  state.counters["found"] = static_cast<double>(found) / static_cast<double>(state.iterations());
}

void change(benchmark::State& state, const std::function<Set()>& make) {
  const Set set = make();
  Filled filled(set);
  size_t step = 0;
  for (auto _ : state) filled.change(step += 7919);
  filled.report(state);
}

void register_all() {
  const std::vector<std::pair<std::string, std::function<Set()>>> sets = {
      {"ordinary", ordinary},
      {"mixtures_of_20", [] { return mixtures_that_end_in("x", 20); }},
      {"mixtures_of_82", [] { return mixtures_that_end_in("x", 82); }},
      {"mixtures_of_82_that_match", [] { return mixtures_that_end_in("", 82); }},
      {"full_shapes_of_10", [] { return full_shapes(10, 512); }},
      {"full_shapes_of_128", [] { return full_shapes(128, 512); }},
      {"empty_components", empty_components},
      {"nested_prefixes", nested_prefixes},
      {"bushy_prefixes_24", [] { return bushy_prefixes(24); }},
      {"bushy_prefixes_200", [] { return bushy_prefixes(200); }},
  };
  for (const auto& [name, make] : sets) {
    benchmark::RegisterBenchmark(("best/" + name).c_str(), best, make);
    benchmark::RegisterBenchmark(("all/" + name).c_str(), all, make);
    benchmark::RegisterBenchmark(("change/" + name).c_str(), change, make);
  }
}

}  // namespace
}  // namespace router

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  router::register_all();
  benchmark::RunSpecifiedBenchmarks();
}
