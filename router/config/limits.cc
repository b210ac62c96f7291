#include "router/config/limits.h"

namespace router::config {
namespace {

constexpr int64_t max_count = UINT32_MAX;
constexpr int64_t max_message = int64_t{1} << 30;
constexpr int64_t least_before_welcome = 4096;  // HELLO, CHALLENGE and AUTHENTICATE need some room
constexpr int64_t max_bytes = int64_t{1} << 40;
constexpr int64_t max_rate = 1'000'000'000;  // per second
constexpr int64_t max_uri_length = 65535;
constexpr int64_t max_shapes = 65536;
constexpr int64_t max_nesting = 1000;
constexpr int64_t one_day_ms = 24 * 60 * 60 * 1000;
constexpr int64_t century_ms = 100 * 365 * one_day_ms;

std::vector<Limit<RealmLimits>> with_session_limits(std::vector<Limit<RealmLimits>> limits) {
  for (const Limit<SessionLimits>& limit : session_limits) {
    if (const auto* number = std::get_if<uint32_t SessionLimits::*>(&limit.field))
      limits.push_back({limit.name, static_cast<uint32_t RealmLimits::*>(*number), limit.min, limit.max});
    else
      limits.push_back(
          {limit.name, static_cast<uint64_t RealmLimits::*>(std::get<uint64_t SessionLimits::*>(limit.field)),
           limit.min, limit.max});
  }
  return limits;
}

}  // namespace

const std::vector<Limit<SessionLimits>> session_limits = {
    {"sessions_per_authid", &SessionLimits::sessions_per_authid, 1, max_count},
    {"subscriptions_per_session", &SessionLimits::subscriptions_per_session, 1, max_count},
    {"registrations_per_session", &SessionLimits::registrations_per_session, 1, max_count},
    {"calls_in_flight_per_session", &SessionLimits::calls_in_flight_per_session, 1, max_count},
    {"testaments_per_session", &SessionLimits::testaments_per_session, 0, max_count},
    {"kept_bytes_per_session", &SessionLimits::kept_bytes_per_session, 1, max_bytes},
    {"uri_length", &SessionLimits::uri_length, 1, max_uri_length},
    {"uri_components", &SessionLimits::uri_components, 1, max_uri_length},
    {"wildcard_shapes_per_session", &SessionLimits::wildcard_shapes_per_session, 0, max_shapes},
    {"options_bytes", &SessionLimits::options_bytes, 1, max_message},
    {"options_entries", &SessionLimits::options_entries, 1, max_count},
    {"options_list_items", &SessionLimits::options_list_items, 1, max_count},
    {"attribute_length", &SessionLimits::attribute_length, 1, max_uri_length},
    {"added_details", &SessionLimits::added_details, 0, max_count},
    {"publish_filters", &SessionLimits::publish_filters, 0, max_count},
    {"call_timeout_ms", &SessionLimits::call_timeout_ms, 0, one_day_ms},
    {"max_call_timeout_ms", &SessionLimits::max_call_timeout_ms, 0, one_day_ms},
    {"messages_per_second", &SessionLimits::messages_per_second, 0, max_rate},
    {"bytes_per_second", &SessionLimits::bytes_per_second, 0, max_bytes},
};

const std::vector<Limit<RealmLimits>> realm_limits = with_session_limits({
    {"sessions", &RealmLimits::sessions, 1, max_count},
    {"subscriptions", &RealmLimits::subscriptions, 1, max_count},
    {"registrations", &RealmLimits::registrations, 1, max_count},
    {"wildcard_shapes", &RealmLimits::wildcard_shapes, 0, max_shapes},
    {"waiting_calls_per_registration", &RealmLimits::waiting_calls_per_registration, 0, max_count},
    {"callees_per_registration", &RealmLimits::callees_per_registration, 1, max_count},
    {"probe_timeout_ms", &RealmLimits::probe_timeout_ms, 0, one_day_ms},
    {"retained_events", &RealmLimits::retained_events, 0, max_count},
    {"retained_bytes", &RealmLimits::retained_bytes, 0, max_bytes},
    {"retained_ttl_ms", &RealmLimits::retained_ttl_ms, 0, century_ms},
    {"history_bytes", &RealmLimits::history_bytes, 1, max_bytes},
    {"replay_events", &RealmLimits::replay_events, 1, max_count},
    {"replay_bytes", &RealmLimits::replay_bytes, 1, max_bytes},
});

const std::vector<Limit<TransportLimits>> transport_limits = {
    {"max_message_size", &TransportLimits::max_message_size, 1, max_message, "max_message_size"},
    {"max_queued_bytes", &TransportLimits::max_queued_bytes, 1, max_bytes},
    {"reply_reserve_bytes", &TransportLimits::reply_reserve_bytes, 0, max_bytes},
    {"max_bytes_before_welcome", &TransportLimits::max_bytes_before_welcome, least_before_welcome,
     max_message},
    {"max_depth", &TransportLimits::max_depth, 1, max_nesting},
    {"max_connections", &TransportLimits::max_connections, 1, max_count},
    {"handshake_timeout_ms", &TransportLimits::handshake_timeout_ms, 1, one_day_ms, "open_handshake_timeout"},
    {"ping_interval_ms", &TransportLimits::ping_interval_ms, 1, one_day_ms, "auto_ping_interval"},
    {"ping_timeout_ms", &TransportLimits::ping_timeout_ms, 1, one_day_ms, "auto_ping_timeout"},
    {"close_timeout_ms", &TransportLimits::close_timeout_ms, 1, one_day_ms, "close_handshake_timeout"},
    {"min_message_rate", &TransportLimits::min_message_rate, 0, max_rate},
    {"message_window_ms", &TransportLimits::message_window_ms, 1, one_day_ms},
    {"messages_per_second", &TransportLimits::messages_per_second, 0, max_rate},
    {"bytes_per_second", &TransportLimits::bytes_per_second, 0, max_bytes},
    {"max_connections_per_address", &TransportLimits::max_connections_per_address, 1, max_count},
    {"max_half_open", &TransportLimits::max_half_open, 1, max_count},
    {"failed_logins_per_authid", &TransportLimits::failed_logins_per_authid, 1, max_count},
    {"failed_logins_per_address", &TransportLimits::failed_logins_per_address, 1, max_count},
    {"max_login_delay_ms", &TransportLimits::max_login_delay_ms, 0, one_day_ms},
    {"lockout_ms", &TransportLimits::lockout_ms, 1, one_day_ms},
};

const std::vector<Limit<MemoryLimits>> memory_limits = {
    {"limit_bytes", &MemoryLimits::limit_bytes, 0, max_bytes},
    {"max_buffered_bytes", &MemoryLimits::max_buffered_bytes, 0, max_bytes},
    {"max_kept_bytes", &MemoryLimits::max_kept_bytes, 0, max_bytes},
};

SessionLimits limits_of(const Role& role, const SessionLimits& of_realm) {
  SessionLimits limits = of_realm;
  for (const Limit<SessionLimits>& limit : session_limits)
    if (const auto own = role.limits.find(limit.name); own != role.limits.end())
      limit.set(limits, static_cast<int64_t>(own->second));
  return limits;
}

const std::vector<Limit<Drain>> drain_times = {
    {"window_ms", &Drain::window_ms, 0, one_day_ms},
    {"deadline_ms", &Drain::deadline_ms, 0, one_day_ms},
    {"retry_after_ms", &Drain::retry_after_ms, 0, one_day_ms},
};

}  // namespace router::config
