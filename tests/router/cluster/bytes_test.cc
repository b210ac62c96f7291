#include "router/cluster/bytes/bytes.h"

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/registrations/procedure_route.h"
#include "text/hex.h"

namespace router::cluster {
namespace {

// What the dealer numbers is what may stand in a key.
static_assert(static_cast<int>(dealer::InvocationPolicy::single) == static_cast<int>(Policy::single));
static_assert(static_cast<int>(dealer::InvocationPolicy::last) == static_cast<int>(last_policy));

const NodeId sender{"a", 7}, receiver{"node-B2", UINT64_MAX};
const Name a_procedure{"realm1", "com.app.größe", wamp::MatchPolicy::exact};
const Name pattern{"realm1", "com..x", wamp::MatchPolicy::wildcard};
const std::vector<Change> changes{{{Fact::Kind::callees, a_procedure}, UINT32_MAX},
                                  {{Fact::Kind::subscribers, pattern}, 0}};
const std::string all_octets = [] {
  std::string octets;
  for (int octet = 0; octet < 256; ++octet) octets.push_back(static_cast<char>(octet));
  return octets;
}();

// One of each kind, all fields set; what it is, as bytes, and those bytes read and written again: empty if
// they give nothing.
struct Sample {
  std::string what, bytes;
  std::function<std::string(std::string_view)> again;
  std::string golden;

  friend void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.what; }
};

template <class Value, class Decode>
auto again(const Decode& decode) {
  return [&decode](std::string_view bytes) {
    const std::optional<Value> value = decode(bytes);
    return value ? encode(*value) : std::string();
  };
}

Sample said(std::string what, const Announcement& announcement, std::string golden) {
  return {std::move(what), encode(announcement), again<Announcement>(decode_announcement), std::move(golden)};
}
Sample sent(std::string what, const decltype(Letter::content)& content, std::string golden) {
  return {std::move(what), encode(Letter{sender, receiver, content}), again<Letter>(decode_letter),
          std::move(golden)};
}
Sample kept(std::string what, const Key& key, const Value& value, std::string golden) {
  const auto read_and_write = [](std::string_view bytes) {
    const auto read = decode_value(bytes);
    return read ? encode_value(read->first, read->second) : std::string();
  };
  return {std::move(what), encode_value(key, value), read_and_write, std::move(golden)};
}

const NodeEntry node_entry{7, 8, 9, milliseconds(10'000), 255, 12};
const NameEntry name_entry{Policy{3}, {sender, receiver}};
const Heartbeat heartbeat{sender, 5, {{"b", {1, 2, 3}}, {"c", {UINT64_MAX, 0, 1 << 20}}}};

std::vector<Sample> samples() {
  return {
      said("Heartbeat", heartbeat, "9301019392a16107059294a16201020394a163cfffffffffffffffff00ce00100000"),
      said("FactsChanged", FactsChanged{sender, 4, changes},
           "9301029392a161070492930193a67265616c6d31af636f6d2e6170702e6772c3b6c39f6500ceffffffff930093"
           "a67265616c6d31a6636f6d2e2e780200"),
      sent("Confirmed", Confirmed{300}, "9301039392a1610792a76e6f64652d4232cfffffffffffffffffcd012c"),
      sent("SnapshotWanted", SnapshotWanted(), "9301049292a1610792a76e6f64652d4232cfffffffffffffffff"),
      sent("Snapshot", Snapshot{70'000, changes, 42, false, 3},
           "9301059792a1610792a76e6f64652d4232cfffffffffffffffffce000111702a000392930193a67265616c6d31"
           "af636f6d2e6170702e6772c3b6c39f6500ceffffffff930093a67265616c6d31a6636f6d2e2e780200"),
      sent("Mail", Mail{1, all_octets.substr(126, 4)},
           "9301069492a1610792a76e6f64652d4232cfffffffffffffffff01c4047e7f8081"),
      sent("Missed", Mail{2, Missed{3, 4}}, "9301079592a1610792a76e6f64652d4232cfffffffffffffffff020304"),
      kept("NodeEntry", "a", node_entry, "93010892a16196070809cd2710ccff0c"),
      kept("NodeWithdrawn", "a", Value(), "93010892a161c0"),
      kept("NameEntry", a_procedure, name_entry,
           "9301099293a67265616c6d31af636f6d2e6170702e6772c3b6c39f650092039292a1610792a76e6f64652d4232"
           "cfffffffffffffffff"),
      kept("NameWithdrawn", a_procedure, Value(),
           "9301099293a67265616c6d31af636f6d2e6170702e6772c3b6c39f6500c0"),
  };
}

class ClusterBytes : public testing::TestWithParam<Sample> {};

INSTANTIATE_TEST_SUITE_P(Of, ClusterBytes, testing::ValuesIn(samples()),
                         [](const auto& info) { return info.param.what; });

// They stand in keys and are heard by nodes of other versions.
TEST_P(ClusterBytes, StayTheSame) {
  EXPECT_EQ(text::to_hex(GetParam().bytes), GetParam().golden);
}

TEST_P(ClusterBytes, AreReadAndWrittenAsTheSame) {
  EXPECT_EQ(GetParam().again(GetParam().bytes), GetParam().bytes);
}

TEST_P(ClusterBytes, GiveNothingIfTheyEndBeforeTheirEnd) {
  const auto& [what, bytes, again, golden] = GetParam();
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_EQ(again(bytes.substr(0, size)), "") << size;
}

TEST_P(ClusterBytes, GiveNothingIfSomethingFollows) {
  EXPECT_EQ(GetParam().again(GetParam().bytes + '\x01'), "");
}

// Of whatever other type any byte is made the begin: it is refused, or it is another value that is read and
// written.
TEST_P(ClusterBytes, GiveNothingOrAValueIfOneByteIsAnother) {
  const auto& [what, bytes, again, golden] = GetParam();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int octet = 0; octet < 256; ++octet) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(octet);
      const std::string read = again(changed);
      EXPECT_TRUE(read.empty() || again(read) == read) << at << " " << octet;
    }
  }
}

TEST_P(ClusterBytes, OfAnotherVersionGiveNothing) {
  std::string bytes = GetParam().bytes;
  ASSERT_EQ(bytes[1], 1);
  for (const char version : {'\0', '\2', '\xC0'}) {
    bytes[1] = version;
    EXPECT_EQ(GetParam().again(bytes), "");
  }
}

TEST_P(ClusterBytes, OfAnUnknownKindGiveNothing) {
  std::string bytes = GetParam().bytes;
  for (const char kind : {'\0', '\x0A', '\x7F'}) {
    bytes[2] = kind;
    EXPECT_EQ(GetParam().again(bytes), "");
  }
}

// A newer version adds some at the end.
TEST_P(ClusterBytes, UnknownFieldsAreIgnored) {
  std::string bytes = GetParam().bytes;
  bytes += std::string("\x92\xA1x\x81\x01\x02", 6);
  ++bytes[0];  // one field more of the whole
  EXPECT_EQ(GetParam().again(bytes), GetParam().bytes);
  bytes = GetParam().bytes + "\x2A";
  ++bytes[3];  // one more of the body
  EXPECT_EQ(GetParam().again(bytes), GetParam().bytes);
}

TEST_P(ClusterBytes, MissingFieldsGiveNothing) {
  std::string bytes = GetParam().bytes;
  --bytes[3];
  EXPECT_EQ(GetParam().again(bytes), "");
}

TEST_P(ClusterBytes, OfAnotherTypeAtAnyOfThePlacesGiveNothing) {
  for (size_t at = 0; at < 4; ++at) {
    for (const std::string_view other : {"\xC0", "\xC3", "\xA1x", "\xCA\0\0\0\0", "\xD4\0\0", "\x80"}) {
      std::string bytes = GetParam().bytes;
      bytes.replace(at, 1, other);
      EXPECT_EQ(GetParam().again(bytes), "") << at;
    }
  }
}

TEST(ClusterBytes, KeepAllFields) {
  const auto announced = decode_announcement(encode(Announcement(heartbeat)));
  ASSERT_TRUE(announced);
  const auto& beat = std::get<Heartbeat>(*announced);
  EXPECT_EQ(beat.from, heartbeat.from);
  EXPECT_EQ(beat.facts, heartbeat.facts);
  EXPECT_EQ(beat.others, heartbeat.others);

  const auto changed = decode_announcement(encode(Announcement(FactsChanged{sender, 4, changes})));
  ASSERT_TRUE(changed);
  EXPECT_EQ(std::get<FactsChanged>(*changed).from, sender);
  EXPECT_EQ(std::get<FactsChanged>(*changed).number, 4u);
  EXPECT_EQ(std::get<FactsChanged>(*changed).changes, changes);

  const auto letter = decode_letter(encode(Letter{sender, receiver, Snapshot{6, changes, 1, false, 2}}));
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->from, sender);
  EXPECT_EQ(letter->to, receiver);
  EXPECT_EQ(std::get<Snapshot>(letter->content).number, 6u);
  EXPECT_EQ(std::get<Snapshot>(letter->content).changes, changes);
  EXPECT_EQ(std::get<Snapshot>(letter->content).part, 1u);
  EXPECT_FALSE(std::get<Snapshot>(letter->content).is_last);
  EXPECT_EQ(std::get<Snapshot>(letter->content).answer, 2u);

  const auto mail = decode_letter(encode(Letter{sender, receiver, Mail{5, all_octets}}));
  ASSERT_TRUE(mail);
  EXPECT_EQ(std::get<Mail>(mail->content).number, 5u);
  EXPECT_EQ(std::get<std::string>(std::get<Mail>(mail->content).content), all_octets);

  const auto missed = decode_letter(encode(Letter{sender, receiver, Mail{5, Missed{3, 4}}}));
  ASSERT_TRUE(missed);
  EXPECT_EQ(std::get<Missed>(std::get<Mail>(missed->content).content), (Missed{3, 4}));

  const auto confirmed = decode_letter(encode(Letter{sender, receiver, Confirmed{5}}));
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(std::get<Confirmed>(confirmed->content).facts, 5u);

  EXPECT_EQ(decode_value(encode_value("a", node_entry)), std::pair(Key("a"), Value(node_entry)));
  EXPECT_EQ(decode_value(encode_value(a_procedure, name_entry)),
            std::pair(Key(a_procedure), Value(name_entry)));
  EXPECT_EQ(decode_value(encode_value(a_procedure, Value())), std::pair(Key(a_procedure), Value()));
}

TEST(ClusterBytes, NamesOfNodesAreChecked) {
  const auto comes_back = [](const NodeName& name) {
    const bool said = decode_announcement(encode(Announcement(FactsChanged{{name, 1}, 1, {}}))).has_value();
    EXPECT_EQ(decode_announcement(encode(Announcement(Heartbeat{sender, 1, {{name, {}}}}))).has_value(),
              said);
    EXPECT_EQ(decode_letter(encode(Letter{{name, 1}, receiver, Confirmed()})).has_value(), said);
    EXPECT_EQ(decode_letter(encode(Letter{sender, {name, 1}, Confirmed()})).has_value(), said);
    EXPECT_EQ(decode_value(encode_value(name, Value())).has_value(), said);
    EXPECT_EQ(decode_value(encode_value(a_procedure, NameEntry{Policy::single, {{name, 1}}})).has_value(),
              said);
    EXPECT_EQ(is_node_name(name), said);
    return said;
  };
  EXPECT_TRUE(comes_back("Node-1"));
  EXPECT_TRUE(comes_back(std::string(32, 'z')));
  for (const char* name : {"", "a.b", "a b", "a*", ">", "ä", "a_b", "a\n"})
    EXPECT_FALSE(comes_back(name)) << name;
  EXPECT_FALSE(comes_back(std::string(33, 'z')));
}

TEST(ClusterBytes, ValuesOutOfRangeGiveNothing) {
  const auto entry = [](NameEntry entry) {
    return decode_value(encode_value(a_procedure, entry)).has_value();
  };
  EXPECT_TRUE(entry({last_policy, {sender}}));
  EXPECT_FALSE(entry({Policy{5}, {sender}}));
  EXPECT_FALSE(entry({Policy::single, {}}));

  const auto lease = [](milliseconds lease) {
    return decode_value(encode_value("a", NodeEntry{1, 2, 3, lease, 1, 0})).has_value();
  };
  EXPECT_TRUE(lease(std::chrono::hours(24)));
  EXPECT_FALSE(lease(std::chrono::hours(24) + milliseconds(1)));
  EXPECT_FALSE(lease(milliseconds(0)));
  EXPECT_FALSE(lease(milliseconds(-1)));

  const auto name = [](wamp::MatchPolicy match) {
    return decode_value(encode_value(Name{"r", "u", match}, Value())).has_value();
  };
  EXPECT_TRUE(name(wamp::MatchPolicy::wildcard));
  EXPECT_FALSE(name(wamp::MatchPolicy{3}));

  const auto fact = [](Fact::Kind kind) {
    return decode_announcement(encode(Announcement(FactsChanged{sender, 1, {{{kind, a_procedure}, 1}}})))
        .has_value();
  };
  EXPECT_TRUE(fact(Fact::Kind::callees));
  EXPECT_FALSE(fact(Fact::Kind{2}));

  const auto gap = [](Missed gap) {
    return decode_letter(encode(Letter{sender, receiver, Mail{1, gap}})).has_value();
  };
  EXPECT_TRUE(gap({3, 3}));
  EXPECT_FALSE(gap({4, 3}));

  const auto uri = [](std::string uri) {
    return decode_value(encode_value(Name{"r", std::move(uri)}, Value())).has_value();
  };
  EXPECT_TRUE(uri("ü"));
  EXPECT_FALSE(uri("\xFC"));
}

// A list that says that it is long is not made room for.
TEST(ClusterBytes, LengthsAreNotTrusted) {
  for (const std::string_view huge :
       {"\xDD\xFF\xFF\xFF\xFF", "\xDB\xFF\xFF\xFF\xFF", "\xC6\xFF\xFF\xFF\xFF"}) {
    for (const Sample& sample : samples()) {
      for (size_t at = 0; at < sample.bytes.size(); ++at) {
        std::string bytes = sample.bytes;
        bytes.replace(at, 1, huge);
        sample.again(bytes);
      }
    }
  }
}

TEST(ClusterBytes, OneKindIsNotTakenForAnother) {
  for (const Sample& sample : samples()) {
    EXPECT_EQ(decode_announcement(sample.bytes).has_value() + decode_letter(sample.bytes).has_value() +
                  decode_value(sample.bytes).has_value(),
              1);
  }
}

TEST(ClusterBytes, KeysAreTextsThatStayTheSame) {
  EXPECT_EQ(key_text("node-1"), "node.node-1");
  EXPECT_EQ(key_text(a_procedure), "name.acbe8976ea5ae2fe7d68f98a1a4b863a");
  EXPECT_EQ(key_text(pattern), "name.39f268a0a78d722f8fb6f7b5b867453d");
}

TEST(ClusterBytes, NamesThatDifferAnywhereHaveOtherKeys) {
  const std::vector<Name> names{
      {"r", "ab"}, {"ra", "b"}, {"rab", ""}, {"", "rab"}, {"r", "ab", wamp::MatchPolicy::prefix}};
  std::vector<std::string> keys;
  for (const Name& name : names) {
    EXPECT_THAT(keys, testing::Not(testing::Contains(key_text(name))));
    keys.push_back(key_text(name));
  }
}

}  // namespace
}  // namespace router::cluster
