#include "router/config/realm_pattern.h"

namespace router::config {
namespace {

constexpr std::string_view placeholder = "{realm}";

// No '/' and no ".." may come out of a name that a client chose.
std::string file_name(std::string_view realm) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string name;
  for (const char c : realm) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '_' || (c == '.' && !name.empty());
    if (is_plain)
      name += c;
    else
      name.append("%").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
  }
  return name;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view name) {
  // possible[n]: what has been read of the pattern stands for the first n characters.
  std::vector<bool> possible(name.size() + 1, false);
  possible[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(name.size() + 1, false);
    for (size_t n = 0; n < name.size(); ++n) {
      const bool fits = c == '*' ? name[n] != '.' && name[n] != '*' && name[n] != '#' : name[n] == c;
      next[n + 1] = fits && (possible[n] || (c == '*' && next[n]));
    }
    possible = std::move(next);
  }
  return possible[name.size()];
}

const Realm* find_realm(const std::vector<Realm>& realms, std::string_view name) {
  const Realm* best = nullptr;
  for (const Realm& realm : realms) {
    if (realm.name == name && !realm.is_template()) return &realm;
    const bool is_longer = !best || realm.name.size() > best->name.size();
    if (realm.is_template() && is_longer && matches_pattern(realm.name, name)) best = &realm;
  }
  return best;
}

Realm made_of(const Realm& pattern, std::string_view name) {
  Realm realm = pattern;
  realm.name = name;
  std::string& path = realm.store.path;
  if (const size_t at = path.find(placeholder); at != std::string::npos)
    path.replace(at, placeholder.size(), file_name(name));
  return realm;
}

}  // namespace router::config
