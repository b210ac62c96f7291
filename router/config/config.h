// What is to be served: the configuration file as plain data, in Crossbar's vocabulary
// (docs/configuration.md).
//
// Immutable once loaded. Everything has a default; a default-constructed Config serves nothing.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "router/config/authentication.h"
#include "router/config/http_paths.h"
#include "transport/http/static_files.h"
#include "transport/tls/tls.h"
#include "transport/websocket/compression.h"
#include "wamp/uri.h"

namespace router::config {

// What becomes of the events for a subscriber that takes them too slowly.
enum class SlowConsumer : uint8_t {
  disconnect,   // it is dropped when its queue is full
  drop_oldest,  // the oldest that wait give way; the next EVENT tells how many
  conflate,     // a new one takes the place of the one that waits, of the same topic
};

// One rule of a role: which URIs, and what is allowed on them.
struct Permission {
  std::string uri;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  bool call = false, register_ = false, publish = false, subscribe = false;
  bool force_reregister = false;          // of what other sessions have registered
  bool tap = false, tap_payload = false;  // of the rule for wampd.tap.start: messages, and their arguments
  bool disclose_caller = false, disclose_publisher = false;
  std::optional<uint32_t> trustlevel =
      std::nullopt;  // of calls and publications under this rule; none: not told
  std::optional<SlowConsumer> slow_consumer =
      std::nullopt;                                     // of subscriptions under this rule; none: the role's
  std::optional<uint32_t> slow_call_ms = std::nullopt;  // of calls under this rule; none: the realm's
  std::string place = {};  // "FILE:LINE:COLUMN, JSON path" for messages; empty: of no file
};

// A procedure that says what sessions of a role may do, in the place of rules:
// (session, uri, action, options) → whether they may, or a dictionary with allow, disclose and cache.
struct DynamicAuthorizer {
  enum class CacheBy : uint8_t { session, role };
  std::string procedure;
  uint32_t timeout_ms = 5000;
  CacheBy cache_by = CacheBy::session;  // whom a cached answer is for
  uint32_t cache_ttl_ms = 60000;
  uint64_t max_cached_bytes = 16 * 1024 * 1024;  // above it the oldest answers are forgotten
  // Of one session, waiting for answers; above it nothing more is read from the client.
  uint32_t max_held_requests = 1000;
  uint64_t max_held_bytes = 1024 * 1024;
  bool force_reregister = false;  // of what others have registered, by who may register
};

// As the configuration writes it.
constexpr std::string_view name(SlowConsumer policy) {
  constexpr std::string_view names[] = {"disconnect", "drop_oldest", "conflate"};
  return names[static_cast<size_t>(policy)];
}
constexpr std::optional<SlowConsumer> slow_consumer(std::string_view name_) {
  for (const auto policy : {SlowConsumer::disconnect, SlowConsumer::drop_oldest, SlowConsumer::conflate})
    if (name(policy) == name_) return policy;
  return std::nullopt;
}

struct Role {
  std::string name;
  std::vector<Permission> permissions;
  std::optional<DynamicAuthorizer> authorizer = std::nullopt;  // in the place of permissions
  SlowConsumer slow_consumer = SlowConsumer::disconnect;
  // Of session_limits (limits.h), by name, in the place of the realm's.
  std::map<std::string, uint64_t, std::less<>> limits = {};
};

// Bounds of one session; above one of them a request is refused with an ERROR.
struct SessionLimits {
  uint32_t sessions_per_authid = 10000;
  uint32_t subscriptions_per_session = 100000;
  uint32_t registrations_per_session = 100000;
  uint32_t calls_in_flight_per_session = 65536;
  uint32_t testaments_per_session = 100;
  // Of memory, for all of these together.
  uint64_t kept_bytes_per_session = 64 * 1024 * 1024;
  uint32_t uri_length = 4096;                 // bytes
  uint32_t uri_components = 128;              // parted by dots
  uint32_t wildcard_shapes_per_session = 64;  // of wildcard_shapes, that one session brings
  // Of the options or details of one message, and of the arguments of one call to the router itself.
  uint32_t options_bytes = 256 * 1024;
  uint32_t options_entries = 256;       // of all dictionaries together
  uint32_t options_list_items = 10000;  // of all lists together
  uint32_t attribute_length = 255;      // bytes of rkey, nkey and the ppt_* attributes
  uint32_t added_details = 32;          // by wamp.session.modify_details; together at most options_bytes
  uint32_t publish_filters = 16;        // exclude_X and eligible_X of one PUBLISH: each receiver is compared
  uint64_t call_timeout_ms = 0;         // of calls that ask for none; 0: none
  uint64_t max_call_timeout_ms = 0;     // the longest that a call may ask for; 0: any
  // Faster ones are slowed down by not reading them. 0: none.
  uint64_t messages_per_second = 0;
  uint64_t bytes_per_second = 0;
  // No bound, and a key of the realm itself: calls that take as long are logged; 0: none.
  uint32_t slow_call_ms = 0;
};

// Bounds of one realm, and of the sessions of roles that have no other ones.
struct RealmLimits : SessionLimits {
  uint32_t sessions = 100000;
  uint32_t subscriptions = 2000000;  // different ones
  uint32_t registrations = 2000000;
  // Of wildcard patterns with the same number of components: a match looks each of them up (ShapeLimits).
  uint32_t wildcard_shapes = 512;
  uint32_t waiting_calls_per_registration = 1000;  // for a callee to be free
  uint32_t callees_per_registration = 1000;
  uint32_t probe_timeout_ms =
      1000;  // of the holder of a registration that another session wants; 0: never asked
  uint32_t retained_events = 100000;
  uint64_t retained_bytes = 64 * 1024 * 1024;
  uint64_t retained_ttl_ms = 0;  // how long an event is retained that does not say so itself; 0: for ever
  uint64_t history_bytes = 64 * 1024 * 1024;  // of one event history
  // What one SUBSCRIBE or one wamp.subscription.get_events brings at most.
  uint32_t replay_events = 10000;
  uint64_t replay_bytes = 8 * 1024 * 1024;
};

// The topics of which the last events are kept ("Event History").
struct EventHistory {
  std::string uri;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  uint32_t limit = 100;  // events

  bool operator==(const EventHistory&) const = default;
};

// Where event histories and retained events are kept.
struct Store {
  enum class Type : uint8_t { memory, sqlite };
  Type type = Type::memory;
  std::string path;                               // of the file; sqlite only
  uint64_t max_waiting_bytes = 64 * 1024 * 1024;  // that may wait for the disk
  std::vector<EventHistory> event_history;

  bool operator==(const Store&) const = default;
};

// Of a realm whose name is a pattern: the realms that are made of it when somebody joins them.
struct RealmTemplate {
  uint32_t max_realms = 1000;     // at the same time
  uint32_t idle_ms = 300000;      // after which an empty realm is removed; 0: never
  uint64_t kept_ms = 86'400'000;  // the same of one that keeps events
};

struct Realm {
  // With a '*' in it, each of which stands for one or more characters but '.', it is a template.
  std::string name;
  std::vector<Role> roles;
  wamp::UriRule uri_check = wamp::UriRule::loose;
  bool meta_api = true;  // the router's own procedures and topics; false: there are none
  bool sequential_request_ids =
      false;  // true: clients must count their requests ("request_ids": "sequential")
  RealmLimits limits;
  Store store;
  RealmTemplate made_on_demand = {};  // of a template

  bool is_template() const { return name.find('*') != std::string::npos; }
};

// What a path of a web transport serves.
struct WebSocketPath {};
struct StaticPath {
  transport::StaticFiles files;  // without a directory: the page built into the program
};
struct HealthPath {};   // 200 while the program lives
struct ReadyPath {};    // 200 while new clients are welcome, else 503
struct MetricsPath {};  // Prometheus
struct LongPollPath {};
struct MonitorPath {};  // what the router does, as JSON
struct NothingPath {};  // 404, also where a path above it serves files
using Path =
    std::variant<WebSocketPath, StaticPath, HealthPath, ReadyPath, MetricsPath, LongPollPath, NothingPath,
                 MonitorPath, BridgePath, ApiPath, JsonPath, RedirectPath, NodeInfoPath>;

// As the configuration writes its type.
constexpr std::string_view name(const Path& path) {
  constexpr std::string_view names[] = {"websocket", "static",   "health",  "ready", "metrics",
                                        "longpoll",  "none",     "monitor", "",      "http",
                                        "json",      "redirect", "nodeinfo"};
  static_assert(std::size(names) == std::variant_size_v<Path>);
  if (const auto* const bridge = std::get_if<BridgePath>(&path)) return name(bridge->kind);
  return names[path.index()];
}

struct TransportLimits {
  uint64_t max_message_size = 16 * 1024 * 1024;    // bytes
  uint64_t max_queued_bytes = 16 * 1024 * 1024;    // that wait for the peer to take them
  uint64_t reply_reserve_bytes = 4 * 1024 * 1024;  // beyond max_queued_bytes, for all but events
  // Before WELCOME: of all that may come in, and of memory for what waits.
  uint64_t max_bytes_before_welcome = 64 * 1024;
  uint32_t max_depth = 128;
  uint32_t max_connections = 100000;
  uint32_t handshake_timeout_ms = 5000;  // accept to WELCOME
  uint32_t ping_interval_ms = 10000;
  uint32_t ping_timeout_ms = 20000;
  uint32_t close_timeout_ms = 2000;
  uint32_t min_message_rate = 1024;    // bytes per second of a message that is coming in; 0: none
  uint32_t message_window_ms = 30000;  // over which that is measured
  uint64_t messages_per_second = 0;    // 0: any number
  uint64_t bytes_per_second = 0;
  uint32_t max_connections_per_address = 50000;
  uint32_t max_half_open = 1000;  // connections whose first request has not come yet
  // Failed logins after which nobody of that authid, or that address, may try for lockout_ms after the last
  // one.
  uint32_t failed_logins_per_authid = 10;
  uint32_t failed_logins_per_address = 50;
  uint32_t lockout_ms = 300000;
  uint32_t max_login_delay_ms = 4000;  // by which the answer to repeated failures is held back
};

// Of an endpoint.
struct Tls {
  transport::TlsSettings settings;
  std::shared_ptr<const transport::TlsContext> context;  // what its files held when they were loaded
};

// One listening address.
struct Transport {
  enum class Type : uint8_t { websocket, rawsocket, universal };
  Type type = Type::universal;
  std::string id;  // by which a socket that the program is started with may be meant for it; empty: it has none
  std::string interface = "127.0.0.1";
  uint16_t port = 8080;
  std::string place;        // of the endpoint, "FILE:LINE:COLUMN, JSON path" for messages; empty: of no file
  std::string socket_path;  // of a Unix domain socket, in the place of interface and port
  unsigned socket_mode = 0600;
  int backlog = 1024;
  std::optional<Tls> tls;
  std::vector<std::string> trusted_proxies;  // "10.0.0.0/8", "::1", "unix": who may tell the client's address
  bool proxy_protocol = false;               // every connection begins with a header of it
  // By "/", "/ws", "/api/ws"; the longest one that is a prefix of a request's path serves it.
  std::map<std::string, Path, std::less<>> paths;
  std::optional<std::vector<std::string>> realms = {};  // that its clients may join; none: all
  std::vector<std::string> allowed_origins;             // empty: same host only; "*" all; patterns with '*'
  std::vector<std::string> server_names;  // by which it may be asked, small letters; patterns with '*'
  std::vector<std::string> serializers = {"msgpack", "json", "cbor"};
  std::vector<std::string> rawsocket_serializers;            // empty: RawSocket is not served
  AuthMethods auth;                                          // empty: nobody gets in
  std::optional<CookieTracking> cookie;                      // of WebSocket clients
  std::optional<transport::CompressionOptions> compression;  // of WebSocket messages; none: there is none
  TransportLimits limits;
};

// How much memory the whole process may take, and what of it may be messages that wait or events that are
// kept.
struct MemoryLimits {
  uint64_t limit_bytes = 0;         // 0: 80 % of what the machine, its cgroup and its limits allow
  uint64_t max_buffered_bytes = 0;  // 0: half of that
  uint64_t max_kept_bytes = 0;      // of retained events and histories; 0: a quarter of that

  bool operator==(const MemoryLimits&) const = default;
};

// URIs that are labels in the metrics; nothing that a client chooses is one otherwise.
struct MetricsUris {
  std::vector<std::string> procedures, topics;  // a '*' at the end: all that begin so
  uint32_t max_series = 100;                    // of procedures, and of topics, with their realms

  bool operator==(const MetricsUris&) const = default;
};

// How the program ends when it is asked to.
struct Drain {
  uint32_t window_ms =
      1000;  // over which sessions are told to go; fewer than one for each ms are told in less
  uint32_t deadline_ms = 5000;  // after which calls in flight are waited for no longer
  // After which clients are to come back, and up to as long again, each after a time of its own.
  uint32_t retry_after_ms = 2000;
};

// What was accepted without the effect its writer may expect.
struct Notice {
  std::string file;
  uint32_t line = 0, column = 0;
  std::string path;          // in the JSON tree
  std::string what;          // a sentence
  bool is_left_out = false;  // a Crossbar file has it, and it is not served
};
// "FILE:LINE:COLUMN: at JSON path: what"
std::string to_text(const Notice& notice);

struct Config {
  MemoryLimits memory;
  std::vector<Realm> realms;
  std::vector<Transport> transports;
  Drain drain;
  MetricsUris metrics;
  int workers = 0;              // 0: one per core
  std::vector<Notice> notices;  // to be logged as warnings
};

// Thrown at start-up; what() is a message for people: "FILE:LINE:COLUMN: at JSON path: what was expected".
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  // What else is to be told of the file that has the faults.
  std::vector<Notice> notices = {};
};

}  // namespace router::config
