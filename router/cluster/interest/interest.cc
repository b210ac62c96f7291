#include "router/cluster/interest/interest.h"

#include "router/tables/seeded_hash.h"

namespace router::cluster {

void Interest::add(std::string_view uri, wamp::MatchPolicy match, NodeSet nodes) {
  if (match == wamp::MatchPolicy::exact) return topics_.add(seeded_hash(uri), nodes);
  const auto [pattern, is_new] = patterns_.try_emplace({match, std::string(uri)}, 0);
  if (is_new) index_.add(uri, match, &pattern->second);
  pattern->second |= nodes;
}

void Interest::remove(std::string_view uri, wamp::MatchPolicy match, NodeSet nodes) {
  if (match == wamp::MatchPolicy::exact) return topics_.remove(seeded_hash(uri), nodes);
  const auto pattern = patterns_.find({match, std::string(uri)});
  if (pattern == patterns_.end() || (pattern->second &= ~nodes) != 0) return;
  index_.remove(uri, match);
  patterns_.erase(pattern);
}

void Interest::remove_everywhere(NodeSet nodes) {
  topics_.remove_everywhere(nodes);
  for (auto pattern = patterns_.begin(); pattern != patterns_.end();) {
    const auto one = pattern++;
    if ((one->second &= ~nodes) != 0) continue;
    index_.remove(one->first.second, one->first.first);
    patterns_.erase(one);
  }
}

NodeSet Interest::nodes(std::string_view topic) const {
  NodeSet all = topics_.find(seeded_hash(topic));
  index_.match_all(topic, [&](NodeSet& nodes) { all |= nodes; });
  return all;
}

}  // namespace router::cluster
