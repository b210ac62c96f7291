#include "router/events/topic_table.h"

#include "router/tables/seeded_hash.h"
#include "wamp/uri.h"

namespace router::broker {
namespace {

struct LiteralPlace {
  size_t place;
  uint8_t hash;
};

uint8_t short_hash(std::string_view component) {
  return static_cast<uint8_t>(seeded_hash(component));
}

}  // namespace

size_t TopicTable::add(std::string_view name, RetainedTopic* topic) {
  const size_t components = wamp::component_count(name);
  Table& table = tables_[components];
  if (table.free_places.empty()) {
    const size_t first = table.blocks.size() * block_size;
    table.blocks.emplace_back().hashes.resize(components * block_size);
    for (size_t place = first + block_size; place > first; --place) table.free_places.push_back(place - 1);
  }
  const size_t place = table.free_places.back();
  table.free_places.pop_back();
  ++table.topics;
  Block& block = table.blocks[place / block_size];
  const size_t row = place % block_size;
  block.topics[row] = topic;
  block.names[row] = name;
  wamp::for_each_component(name, [&](std::string_view component, size_t at) {
    block.hashes[at * block_size + row] = short_hash(component);
  });
  return place;
}

void TopicTable::remove(std::string_view name, size_t place) {
  const auto found = tables_.find(wamp::component_count(name));
  Table& table = found->second;
  table.blocks[place / block_size].topics[place % block_size] = nullptr;
  table.free_places.push_back(place);
  if (--table.topics == 0) tables_.erase(found);
}

void TopicTable::for_each_match(std::string_view pattern,
                                const std::function<bool(RetainedTopic&)>& visit) const {
  const auto table = tables_.find(wamp::component_count(pattern));
  if (table == tables_.end()) return;
  std::vector<LiteralPlace> literals;
  wamp::for_each_component(pattern, [&literals](std::string_view component, size_t place) {
    if (!component.empty()) literals.push_back({place, short_hash(component)});
  });
  for (const Block& block : table->second.blocks) {
    std::array<uint8_t, block_size> agrees;
    agrees.fill(1);
    for (const LiteralPlace& literal : literals) {
      const uint8_t* const hashes = &block.hashes[literal.place * block_size];
      uint8_t any = 0;
      for (size_t row = 0; row < block_size; ++row) {
        agrees[row] = static_cast<uint8_t>(agrees[row] & (hashes[row] == literal.hash));
        any = static_cast<uint8_t>(any | agrees[row]);
      }
      if (any == 0) break;
    }
    for (size_t row = 0; row < block_size; ++row)
      if (agrees[row] && block.topics[row] && wamp::matches_wildcard(pattern, block.names[row]))
        if (!visit(*block.topics[row])) return;
  }
}

}  // namespace router::broker
