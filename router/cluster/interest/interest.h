// Which nodes want an event of a topic, in one realm.
//
// Exact topics by hash (topic_table.h), patterns by their text (matching/uri_index.h). A node may be named
// that does not want it, if two topics have the same hash; it drops the event. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "router/cluster/interest/topic_table.h"
#include "router/matching/uri_index.h"
#include "wamp/uri.h"

namespace router::cluster {

class Interest {
 public:
  Interest() = default;
  Interest(const Interest&) = delete;

  // Of the nodes in the set. Adding what is there and removing what is not changes nothing.
  void add(std::string_view uri, wamp::MatchPolicy match, NodeSet nodes);
  void remove(std::string_view uri, wamp::MatchPolicy match, NodeSet nodes);
  void remove_everywhere(NodeSet nodes);

  NodeSet nodes(std::string_view topic) const;

  size_t topic_count() const { return topics_.size(); }
  size_t pattern_count() const { return patterns_.size(); }
  // About what the topics take of memory.
  size_t topic_bytes() const { return topics_.bytes(); }

 private:
  using Pattern = std::pair<wamp::MatchPolicy, std::string>;

  TopicTable topics_;
  std::map<Pattern, NodeSet> patterns_;
  UriIndex<NodeSet> index_;  // of the patterns, which stay where they are
};

}  // namespace router::cluster
