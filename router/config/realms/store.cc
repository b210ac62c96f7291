#include "router/config/realms/store.h"

#include <filesystem>
#include <set>
#include <utility>

namespace router::config {
namespace {

const Words our_types = {"memory", "sqlite"};
const Words crossbar_types = {"zlmdb", "cfxdb", "lmdb"};
const Words all_store_types = {"memory", "sqlite", "zlmdb", "cfxdb", "lmdb"};
constexpr int64_t max_events = 100000000;
constexpr int64_t max_queue = int64_t{1} << 40;

EventHistory read_history(const Setting& setting, wamp::UriRule rule, uint32_t default_limit) {
  setting.check_keys({.known = {"uri", "match", "limit"}});
  EventHistory history;
  history.limit = default_limit;
  read_integer(setting, "limit", history.limit, 1, max_events);
  const Setting uri = setting.require("uri");
  history.uri = uri.string();
  if (const auto match = setting.find("match"))
    history.match = *wamp::match_policy(match->choice({"exact", "prefix", "wildcard"}));
  if (!wamp::is_valid_uri(history.uri, rule, history.match))
    uri.fail(in_quotes(history.uri) + " is not a valid URI for match policy " +
             in_quotes(wamp::name(history.match)) +
             (rule == wamp::UriRule::strict ? " and the strict rule" : ""));
  return history;
}

std::string read_path(const Setting& setting) {
  const auto path =
      (std::filesystem::path(setting.source().base_directory) / setting.some_string()).lexically_normal();
  const std::filesystem::path folder = path.parent_path().empty() ? "." : path.parent_path();
  const bool is_one = folder.string().find("{realm}") == std::string::npos;  // not one for each realm
  std::error_code error;                                                     // as good as none
  if (setting.source().is_to_be_served && is_one && !std::filesystem::is_directory(folder, error))
    setting.fail("there is no directory " + folder.string());
  return path.string();
}

void read_kind(const Setting& setting, const Setting& type, Store& store) {
  const std::string& kind =
      setting.source().is_crossbar ? type.choice(all_store_types) : type.choice(our_types, crossbar_types);
  if (kind == "sqlite") {
    store.type = Store::Type::sqlite;
    setting.required("path", [&](const Setting& path) { store.path = read_path(path); });
  } else if (kind == "memory") {
    for (const char* key : {"path", "max_waiting_bytes"})
      setting.given(key, [&](const Setting& odd) {
        odd.fail("only a store of type \"sqlite\" has a \"" + std::string(key) + "\"");
      });
  } else {
    type.leave_out("there is no store of type " + in_quotes(kind) +
                   ": events are kept in memory and lost at the end; \"sqlite\" keeps them");
  }
}

}  // namespace

Store read_store(const Setting& setting, wamp::UriRule rule) {
  setting.check_keys({.known = {"type", "limit", "event-history", "path", "max_waiting_bytes"},
                      .left_out = {"call-queue", "maxsize", "readonly", "sync", "flags", "maxbuffer",
                                   "max-buffer", "buffertime", "buffer-flush"}});
  Store store;
  setting.required("type", [&](const Setting& type) { read_kind(setting, type, store); });
  read_integer(setting, "max_waiting_bytes", store.max_waiting_bytes, 1, max_queue);
  uint32_t limit = EventHistory().limit;
  read_integer(setting, "limit", limit, 1, max_events);
  setting.given("event-history", [&](const Setting& list) {
    std::set<std::pair<std::string, wamp::MatchPolicy>> seen;
    Setting::for_each(list.elements(), [&](const Setting& element) {
      store.event_history.push_back(read_history(element, rule, limit));
      const EventHistory& history = store.event_history.back();
      if (!seen.emplace(history.uri, history.match).second)
        element.require("uri").fail("a second history of " + in_quotes(history.uri) + " with match policy " +
                                    in_quotes(wamp::name(history.match)));
    });
  });
  return store;
}

}  // namespace router::config
