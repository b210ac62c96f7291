// What one loop counts: connections, why they ended or never began, and bytes.
//
// Written by the loop's thread only, read by any thread (Loop::counters()). To count one more thing, add a
// line here and call add() where it happens; /metrics and the test of docs/operations.md find it by
// themselves.
#pragma once

#include "transport/counters/counter.h"

namespace transport {

namespace family {
inline constexpr Family connections_accepted{"wampd_connections_accepted_total", "Connections accepted."};
inline constexpr Family connections_refused{"wampd_connections_refused_total",
                                            "Connections and requests refused before a session, by reason.",
                                            {"reason"}};
inline constexpr Family connections_closed{
    "wampd_connections_closed_total", "Connections ended, of those accepted, by reason.", {"reason"}};
inline constexpr Family close_timeouts{
    "wampd_close_timeouts_total",
    "Connections cut off because the peer neither took the last bytes nor left in time."};
inline constexpr Family http_requests{"wampd_http_requests_total",
                                      "HTTP requests read, upgrades to WebSocket included."};
inline constexpr Family bytes_received{"wampd_received_bytes_total",
                                       "Bytes read from connections, without TLS."};
inline constexpr Family bytes_sent{"wampd_sent_bytes_total", "Bytes written to connections, without TLS."};
inline constexpr Family queued_bytes{
    "wampd_queued_bytes", "Bytes queued for peers, not yet taken by the kernel.", {}, Family::Kind::gauge};
inline constexpr Family out_of_memory{"wampd_out_of_memory_total",
                                      "What could not be done, as there was no memory for it."};
inline constexpr Family pings_sent{"wampd_pings_sent_total", "Pings sent to silent peers."};
}  // namespace family

struct Counters : CounterSet {
  Counter accepted{*this, family::connections_accepted};
  Counter http_requests{*this, family::http_requests};
  Counter bytes_received{*this, family::bytes_received};
  Counter bytes_sent{*this, family::bytes_sent};
  Counter queued_bytes{*this, family::queued_bytes};  // of all connections together; a gauge
  Counter pings_sent{*this, family::pings_sent};
  Counter out_of_memory{*this, family::out_of_memory};

  // Why connections never became a session's, or a request was not answered with what it wanted.
  Counter refused_too_many{*this, family::connections_refused, "too_many"};
  Counter refused_memory{*this, family::connections_refused, "memory"};  // there was none left for them
  Counter refused_address{*this, family::connections_refused, "too_many_from_address"};
  Counter refused_proxy{*this, family::connections_refused, "proxy"};  // not trusted, or a wrong header
  Counter refused_tls{*this, family::connections_refused,
                      "tls"};  // a handshake that failed, or TLS or plain text in the wrong place
  Counter refused_http{*this, family::connections_refused, "http"};  // not an HTTP request that can be served
  Counter refused_upgrade{*this, family::connections_refused,
                          "upgrade"};  // WebSocket or RawSocket, refused by the service

  // Why connections that were accepted ended. Each counts once, when it has.
  Counter closed_by_peer{*this, family::connections_closed, "peer"};
  Counter closed_by_router{*this, family::connections_closed, "router"};  // a close that was asked for
  // An answer over plain HTTP, or the refusal of a handshake, was all.
  Counter closed_answered{*this, family::connections_closed, "answered"};
  Counter closed_handshake_timeout{*this, family::connections_closed, "handshake_timeout"};
  Counter closed_half_open{*this, family::connections_closed, "too_many_half_open"};
  Counter closed_dead{*this, family::connections_closed, "dead"};  // no sign of life
  Counter closed_slow{*this, family::connections_closed, "slow_consumer"};
  // Memory was short, and much was held for the peer; or there was none left for what it wanted.
  Counter closed_memory{*this, family::connections_closed, "memory"};
  Counter closed_protocol{*this, family::connections_closed, "protocol_error"};
  Counter closed_failed{*this, family::connections_closed, "socket_error"};
  Counter close_timeouts{*this, family::close_timeouts};  // of those above
};

// One of the numbers, to be counted later.
using CounterOf = Counter Counters::*;

}  // namespace transport
