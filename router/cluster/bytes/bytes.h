// What nodes of a cluster say and write, as bytes, and back.
//
// MessagePack: [version, kind, [field...]], and each part of several fields is a list, too. A version that is
// understood by who knows only this one adds fields at the end of a list, where they are passed over; another
// number of the version is for what is not. Reading is total: any bytes give a value or nothing, and take
// memory in proportion to their size. Names of nodes, numbers of policies and the like are checked; whether
// it makes sense is not.
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "router/cluster/words/words.h"

namespace router::cluster {

std::string encode(const Announcement& said);
std::optional<Announcement> decode_announcement(std::string_view bytes);

std::string encode(const Letter& letter);
std::optional<Letter> decode_letter(std::string_view bytes);

// The key is inside, as key_text() does not tell a name. So it is written also where the value is nothing.
std::string encode_value(const Key& key, const Value& value);
std::optional<std::pair<Key, Value>> decode_value(std::string_view bytes);

// "node.<name>", or "name.<32 hexadecimal digits>": of a hash without a key, as all nodes must agree on it.
// Whoever finds another name in a value than the one it looked for has met two names with one hash, which 128
// bits rule out.
std::string key_text(const Key& key);

bool is_node_name(std::string_view name);

}  // namespace router::cluster
