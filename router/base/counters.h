// What one worker counts, one realm, and a realm's branch on one worker: messages, sessions, and why things
// were refused or lost.
//
// A worker's and a branch's are written by its thread only, a realm's by whoever holds its lock; any thread
// reads them. To count one more thing, or one more reason, add a line here and call add() where it happens;
// /metrics and the test of docs/operations.md find it by themselves.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "router/base/action.h"
#include "transport/counters/counter.h"
#include "wamp/error_uris.h"
#include "wamp/message.h"

namespace router {

using transport::Counter;
using transport::CounterSet;
using transport::Family;
using transport::Histogram;

namespace family {
inline constexpr Family messages_received{
    "wampd_messages_received_total", "WAMP messages received, by type.", {"type"}};
inline constexpr Family messages_sent{"wampd_messages_sent_total", "WAMP messages sent, by type.", {"type"}};
inline constexpr Family sessions_opened{"wampd_sessions_opened_total", "Sessions that were welcomed."};
inline constexpr Family sessions_ended{
    "wampd_sessions_ended_total", "Sessions ended, by reason.", {"reason"}};
inline constexpr Family aborts{"wampd_aborts_sent_total", "ABORTs sent, by their reason's URI.", {"uri"}};
inline constexpr Family lost{"wampd_lost_messages_total",
                             "Messages not delivered to a session, by type and reason.",
                             {"type", "reason"}};
inline constexpr Family shed{"wampd_sessions_shed_total",
                             "Connections ended as memory was short and much was held for them."};
inline constexpr Family chaos_faults{
    "wampd_chaos_faults_total", "Faults that --chaos has caused, by kind.", {"kind"}};
inline constexpr Family auth_failures{
    "wampd_auth_failures_total", "Clients not let in, by method and error URI.", {"method", "uri"}};
inline constexpr Family denials{"wampd_denials_total",
                                "Requests refused before they were routed, by action and error URI.",
                                {"action", "uri"}};
inline constexpr Family errors_sent{
    "wampd_errors_sent_total", "ERRORs sent, by URI; \"other\" are those of applications.", {"uri"}};
inline constexpr Family call_seconds{
    "wampd_call_seconds", "Time from a CALL to its last RESULT or ERROR.", {}, Family::Kind::histogram};
inline constexpr Family call_errors{"wampd_call_errors_total", "Calls that ended with an ERROR."};
inline constexpr Family slow_calls{"wampd_slow_calls_total",
                                   "Calls that took as long as slow_call_ms says, or longer."};
inline constexpr Family publications{"wampd_publications_total",
                                     "PUBLISHs that were allowed and carried out."};
inline constexpr Family events{"wampd_events_total", "EVENTs sent, as sessions tell once a second."};
inline constexpr Family taps_dropped{"wampd_tap_dropped_total",
                                     "Messages that a tap did not show, as there were too many."};
inline constexpr Family late_answers{"wampd_late_answers_total",
                                     "Answers, cancels and chunks that came for a call that had ended."};
inline constexpr Family streams_ended{
    "wampd_streams_ended_total",
    "Calls ended as one side did not take what the other streamed, and others waited for that one."};
inline constexpr Family unmade_events{"wampd_unmade_events_total",
                                      "Meta events and testaments that there was no memory for."};
}  // namespace family

// One counter for each type of message.
class MessageCounters {
 public:
  MessageCounters(CounterSet& set, const Family& family);
  void add(const wamp::Message& message) { counters_[message.index()].add(); }
  template <class M>
  void add() {
    counters_[wamp::message_index<M>].add();
  }
  // Of all types.
  uint64_t all() const;

 private:
  std::array<Counter, std::variant_size_v<wamp::Message>> counters_;
};

// One counter for each name in a list, or for each pair of names in two lists. What is in no list counts as
// the list's last name.
class NamedCounters {
 public:
  using Names = std::span<const std::string_view>;  // constants
  NamedCounters(CounterSet& set, const Family& family, Names first, Names second = only_one);
  void add(std::string_view first, std::string_view second = "");
  uint64_t value(std::string_view first, std::string_view second = "") const;
  uint64_t all() const;

 private:
  static constexpr std::array<std::string_view, 1> only_one{""};
  size_t place(std::string_view first, std::string_view second) const;

  const Names first_, second_;
  std::vector<Counter> counters_;
};

namespace names {
// All that WAMP predefines for errors, and all that the router sends besides.
extern const NamedCounters::Names error_uris;
inline constexpr std::array<std::string_view, 9> auth_methods{
    "anonymous", "ticket", "wampcra", "scram", "cryptosign", "jwt", "tls", "cookie", "none"};
inline constexpr std::array<std::string_view, 9> auth_refusals{wamp::error_uri::authentication_denied,
                                                               wamp::error_uri::authentication_failed,
                                                               wamp::error_uri::authentication_required,
                                                               wamp::error_uri::no_matching_auth_method,
                                                               wamp::error_uri::no_such_principal,
                                                               wamp::error_uri::no_such_realm,
                                                               wamp::error_uri::no_such_role,
                                                               wamp::error_uri::too_many_requests,
                                                               "other"};
inline constexpr std::array<std::string_view, action_count> actions{
    name(Action::call), name(Action::register_), name(Action::publish), name(Action::subscribe)};
inline constexpr std::array<std::string_view, 3> denials{
    wamp::error_uri::not_authorized, wamp::error_uri::authorization_failed, wamp::error_uri::invalid_uri};
}  // namespace names

struct WorkerCounters : CounterSet {
  MessageCounters received{*this, family::messages_received};
  MessageCounters sent{*this, family::messages_sent};

  Counter sessions_opened{*this, family::sessions_opened};
  // Each session that was opened counts once.
  Counter ended_goodbye{*this, family::sessions_ended, "goodbye"};        // the client said it, or ABORT
  Counter ended_connection{*this, family::sessions_ended, "connection"};  // its connection ended
  Counter ended_violation{*this, family::sessions_ended, "protocol_violation"};
  Counter ended_killed{*this, family::sessions_ended, "killed"};  // by another session, or by the realm
  Counter ended_expired{*this, family::sessions_ended, "expired"};
  Counter ended_shutdown{*this, family::sessions_ended, "shutdown"};

  // What was to be delivered and was not.
  Counter lost_event_too_long{*this, family::lost, "EVENT", "too_long"};
  Counter lost_event_slow{*this, family::lost, "EVENT", "slow_consumer"};  // it was dropped for it
  Counter lost_event_dropped{*this, family::lost, "EVENT", "drop_oldest"};
  Counter lost_event_conflated{*this, family::lost, "EVENT", "conflate"};
  Counter lost_event_no_session{*this, family::lost, "EVENT", "no_session"};  // it ended in the meantime
  Counter lost_message_too_long{*this, family::lost, "other", "too_long"};    // the asking side gets an ERROR
  Counter lost_oversized{*this, family::lost, "other", "oversized"};  // from a client, and never taken
  Counter lost_excess{*this, family::lost, "other",
                      "excess"};  // likewise: what cannot be carried, or too much in its options
  Counter lost_memory{*this, family::lost, "other", "memory"};        // likewise; the sender gets an ERROR
  Counter lost_event_memory{*this, family::lost, "EVENT", "memory"};  // there was none to make it
  Counter lost_message_no_session{*this, family::lost, "other", "no_session"};

  Counter shed{*this, family::shed};

  // What the router did on purpose.
  Counter chaos_drop{*this, family::chaos_faults, "drop"};
  Counter chaos_half_open{*this, family::chaos_faults, "half-open"};
  Counter chaos_slow{*this, family::chaos_faults, "slow"};
  Counter chaos_kill_mid_call{*this, family::chaos_faults, "kill-mid-call"};

  NamedCounters errors_sent{*this, family::errors_sent, names::error_uris};
  NamedCounters aborts_sent{*this, family::aborts, names::error_uris};
  NamedCounters auth_failures{*this, family::auth_failures, names::auth_methods, names::auth_refusals};
};

struct BranchCounters : CounterSet {
  Histogram call_seconds{*this, family::call_seconds};
  Counter call_errors{*this, family::call_errors};
  Counter slow_calls{*this, family::slow_calls};
  Counter publications{*this, family::publications};
  Counter events{*this, family::events};
  Counter calls;        // that have begun; told in wampd.stats.realm
  Counter lost_events;  // told in wampd.stats.realm; the metrics have them by reason
  Counter taps_dropped{*this, family::taps_dropped};
  Counter late_answers{*this, family::late_answers};
  Counter streams_ended{*this, family::streams_ended};
  NamedCounters denials{*this, family::denials, names::actions, names::denials};
};

struct RealmCounters : CounterSet {
  Counter unmade_events{*this, family::unmade_events};
};

}  // namespace router
