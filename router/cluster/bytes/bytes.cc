#include "router/cluster/bytes/bytes.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "router/cluster/bytes/field_reader.h"
#include "serializers/msgpack/msgpack_writer.h"
#include "text/hex.h"

namespace router::cluster {
namespace {

using serializers::MsgpackWriter;

constexpr uint64_t version = 1;

// Of everything, so that nothing is taken for something else. The numbers stay.
enum What : uint64_t {
  heartbeat = 1,
  facts_changed = 2,
  confirmed = 3,
  snapshot_wanted = 4,
  snapshot = 5,
  mail = 6,
  missed = 7,
  node_entry = 8,
  name_entry = 9,
};

constexpr milliseconds longest_lease = std::chrono::hours(24);

// ---- writing

template <class WriteBody>
std::string written(What what, const WriteBody& write_body) {
  std::string bytes;
  MsgpackWriter out(bytes);
  out.begin_list(3);
  out.unsigned_integer(version);
  out.unsigned_integer(what);
  write_body(out);
  return bytes;
}

void write(MsgpackWriter& out, const NodeId& node) {
  out.begin_list(2);
  out.string(node.name);
  out.unsigned_integer(node.incarnation);
}

void write(MsgpackWriter& out, const Name& name) {
  out.begin_list(3);
  out.string(name.realm);
  out.string(name.uri);
  out.unsigned_integer(static_cast<uint64_t>(name.match));
}

void write(MsgpackWriter& out, const Change& change) {
  out.begin_list(3);
  out.unsigned_integer(static_cast<uint64_t>(change.fact.kind));
  write(out, change.fact.of);
  out.unsigned_integer(change.count);
}

template <class Element>
void write(MsgpackWriter& out, const std::vector<Element>& list) {
  out.begin_list(list.size());
  for (const Element& element : list) write(out, element);
}

void write_body(MsgpackWriter& out, const Heartbeat& said) {
  out.begin_list(3);
  write(out, said.from);
  out.unsigned_integer(said.facts);
  out.begin_list(said.others.size());
  for (const auto& [name, other] : said.others) {
    out.begin_list(4);
    out.string(name);
    out.unsigned_integer(other.incarnation);
    out.unsigned_integer(other.facts);
    out.unsigned_integer(other.mail);
  }
}

void write_body(MsgpackWriter& out, const FactsChanged& said) {
  out.begin_list(3);
  write(out, said.from);
  out.unsigned_integer(said.number);
  write(out, said.changes);
}

// A letter's body begins with these two.
void write_body_of(MsgpackWriter& out, const Letter& letter, size_t other_fields) {
  out.begin_list(2 + other_fields);
  write(out, letter.from);
  write(out, letter.to);
}

std::string encode_letter(const Letter& letter, const Confirmed& content) {
  return written(What::confirmed, [&](MsgpackWriter& out) {
    write_body_of(out, letter, 1);
    out.unsigned_integer(content.facts);
  });
}

std::string encode_letter(const Letter& letter, const SnapshotWanted&) {
  return written(What::snapshot_wanted, [&](MsgpackWriter& out) { write_body_of(out, letter, 0); });
}

std::string encode_letter(const Letter& letter, const Snapshot& content) {
  return written(What::snapshot, [&](MsgpackWriter& out) {
    write_body_of(out, letter, 5);
    out.unsigned_integer(content.number);
    out.unsigned_integer(content.part);
    out.unsigned_integer(content.is_last ? 1 : 0);
    out.unsigned_integer(content.answer);
    write(out, content.changes);
  });
}

std::string encode_letter(const Letter& letter, const Mail& content) {
  const auto* gap = std::get_if<Missed>(&content.content);
  return written(gap ? What::missed : What::mail, [&](MsgpackWriter& out) {
    write_body_of(out, letter, gap ? 3 : 2);
    out.unsigned_integer(content.number);
    if (!gap) return out.binary(std::get<std::string>(content.content));
    out.unsigned_integer(gap->first);
    out.unsigned_integer(gap->last);
  });
}

void write_entry(MsgpackWriter& out, const NodeEntry& entry) {
  out.begin_list(6);
  out.unsigned_integer(entry.incarnation);
  out.unsigned_integer(entry.process);
  out.unsigned_integer(entry.write);
  out.integer(entry.lease.count());
  out.unsigned_integer(entry.slot);
  out.unsigned_integer(entry.slot_since);
}

void write_entry(MsgpackWriter& out, const NameEntry& entry) {
  out.begin_list(2);
  out.unsigned_integer(static_cast<uint64_t>(entry.policy));
  write(out, entry.holders);
}

template <class EntryOfKey>
void write_entry_or_null(MsgpackWriter& out, const Value& value) {
  const auto* entry = std::get_if<EntryOfKey>(&value);
  entry ? write_entry(out, *entry) : out.null();
}

// ---- reading

// read_body(reader, what) gives the value.
template <class ReadBody>
auto decoded(std::string_view bytes, const ReadBody& read_body) {
  FieldReader in(bytes);
  std::optional<decltype(read_body(in, What()))> value;
  in.fields(3, [&] {
    if (in.number() != version) in.refuse();
    const auto what = static_cast<What>(in.number());
    if (in.is_good()) value = read_body(in, what);
  });
  if (!in.is_good() || !in.is_at_end()) value.reset();
  return value;
}

NodeName read_node_name(FieldReader& in) {
  NodeName name = in.text();
  if (!is_node_name(name)) in.refuse();
  return name;
}

NodeId read_node(FieldReader& in) {
  NodeId node;
  in.fields(2, [&] {
    node.name = read_node_name(in);
    node.incarnation = in.number();
  });
  return node;
}

Name read_name(FieldReader& in) {
  Name name;
  in.fields(3, [&] {
    name.realm = in.text();
    name.uri = in.text();
    name.match =
        static_cast<wamp::MatchPolicy>(in.number(static_cast<uint64_t>(wamp::MatchPolicy::wildcard)));
  });
  return name;
}

std::vector<Change> read_changes(FieldReader& in) {
  std::vector<Change> changes;
  in.each([&] {
    Change change;
    in.fields(3, [&] {
      change.fact.kind = static_cast<Fact::Kind>(in.number(static_cast<uint64_t>(Fact::Kind::callees)));
      change.fact.of = read_name(in);
      change.count = static_cast<uint32_t>(in.number(UINT32_MAX));
    });
    changes.push_back(std::move(change));
  });
  return changes;
}

Heartbeat read_heartbeat(FieldReader& in) {
  Heartbeat said;
  in.fields(3, [&] {
    said.from = read_node(in);
    said.facts = in.number();
    in.each([&] {
      NodeName name;
      Heartbeat::Other other;
      in.fields(4, [&] {
        name = read_node_name(in);
        other.incarnation = in.number();
        other.facts = in.number();
        other.mail = in.number();
      });
      if (!said.others.emplace(std::move(name), other).second) in.refuse();
    });
  });
  return said;
}

FactsChanged read_facts_changed(FieldReader& in) {
  FactsChanged said;
  in.fields(3, [&] {
    said.from = read_node(in);
    said.number = in.number();
    said.changes = read_changes(in);
  });
  return said;
}

Snapshot read_snapshot(FieldReader& in) {
  Snapshot snapshot;
  snapshot.number = in.number();
  snapshot.part = in.number();
  snapshot.is_last = in.number(1) == 1;
  snapshot.answer = in.number();
  snapshot.changes = read_changes(in);
  return snapshot;
}

Mail read_missed(FieldReader& in) {
  const uint64_t number = in.number();
  Missed gap;
  gap.first = in.number();
  gap.last = in.number();
  if (gap.first > gap.last) in.refuse();
  return {number, gap};
}

// `fields`: of the content, behind the two that each letter has.
template <class ReadContent>
Letter read_letter(FieldReader& in, uint64_t fields, const ReadContent& read_content) {
  Letter letter;
  in.fields(2 + fields, [&] {
    letter.from = read_node(in);
    letter.to = read_node(in);
    letter.content = read_content();
  });
  return letter;
}

NodeEntry read_node_entry(FieldReader& in) {
  NodeEntry entry;
  in.fields(6, [&] {
    entry.incarnation = in.number();
    entry.process = in.number();
    entry.write = in.number();
    entry.lease = milliseconds(in.number(longest_lease.count()));
    if (entry.lease == milliseconds::zero()) in.refuse();
    entry.slot = static_cast<Slot>(in.number(UINT8_MAX));
    entry.slot_since = in.number();
  });
  return entry;
}

NameEntry read_name_entry(FieldReader& in) {
  NameEntry entry;
  in.fields(2, [&] {
    entry.policy = static_cast<Policy>(in.number(static_cast<uint64_t>(last_policy)));
    in.each([&] { entry.holders.push_back(read_node(in)); });
    if (entry.holders.empty()) in.refuse();
  });
  return entry;
}

template <class ReadKey, class ReadEntry>
std::pair<Key, Value> read_key_and_value(FieldReader& in, const ReadKey& read_key,
                                         const ReadEntry& read_entry) {
  std::pair<Key, Value> result;
  in.fields(2, [&] {
    result.first = read_key(in);
    if (!in.null()) result.second = read_entry(in);
  });
  return result;
}

}  // namespace

std::string encode(const Announcement& said) {
  if (const auto* beat = std::get_if<Heartbeat>(&said))
    return written(What::heartbeat, [&](MsgpackWriter& out) { write_body(out, *beat); });
  return written(What::facts_changed,
                 [&](MsgpackWriter& out) { write_body(out, std::get<FactsChanged>(said)); });
}

std::optional<Announcement> decode_announcement(std::string_view bytes) {
  return decoded(bytes, [](FieldReader& in, What what) -> Announcement {
    if (what == What::heartbeat) return read_heartbeat(in);
    if (what == What::facts_changed) return read_facts_changed(in);
    in.refuse();
    return {};
  });
}

std::string encode(const Letter& letter) {
  return std::visit([&](const auto& content) { return encode_letter(letter, content); }, letter.content);
}

std::optional<Letter> decode_letter(std::string_view bytes) {
  return decoded(bytes, [](FieldReader& in, What what) -> Letter {
    switch (what) {
      case What::confirmed:
        return read_letter(in, 1, [&] { return Confirmed{in.number()}; });
      case What::snapshot_wanted:
        return read_letter(in, 0, [] { return SnapshotWanted(); });
      case What::snapshot:
        return read_letter(in, 5, [&] { return read_snapshot(in); });
      case What::mail:
        return read_letter(in, 2, [&] { return Mail{in.number(), in.binary()}; });
      case What::missed:
        return read_letter(in, 3, [&] { return read_missed(in); });
      default:
        in.refuse();
        return {};
    }
  });
}

std::string encode_value(const Key& key, const Value& value) {
  if (const auto* node = std::get_if<NodeName>(&key)) {
    return written(What::node_entry, [&](MsgpackWriter& out) {
      out.begin_list(2);
      out.string(*node);
      write_entry_or_null<NodeEntry>(out, value);
    });
  }
  return written(What::name_entry, [&](MsgpackWriter& out) {
    out.begin_list(2);
    write(out, std::get<Name>(key));
    write_entry_or_null<NameEntry>(out, value);
  });
}

std::optional<std::pair<Key, Value>> decode_value(std::string_view bytes) {
  return decoded(bytes, [](FieldReader& in, What what) -> std::pair<Key, Value> {
    if (what == What::node_entry) return read_key_and_value(in, read_node_name, read_node_entry);
    if (what == What::name_entry) return read_key_and_value(in, read_name, read_name_entry);
    in.refuse();
    return {};
  });
}

std::string key_text(const Key& key) {
  if (const auto* node = std::get_if<NodeName>(&key)) return "node." + *node;
  constexpr size_t hash_size = 16;
  std::string bytes;
  MsgpackWriter out(bytes);
  write(out, std::get<Name>(key));
  return "name." + text::to_hex(crypto::blake2b(bytes, hash_size));
}

bool is_node_name(std::string_view name) {
  constexpr size_t longest = 32;
  return !name.empty() && name.size() <= longest && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace router::cluster
