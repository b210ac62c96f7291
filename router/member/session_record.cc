#include "router/member/session_record.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include "router/base/log.h"

namespace router {
namespace {

std::string whose(const Identity& identity) {
  return "\"" + identity.authid + "\" (" + identity.authrole + ", by " + identity.authmethod + ")";
}

std::string traffic(uint64_t messages, uint64_t bytes) {
  return std::to_string(messages) + " messages (" + std::to_string(bytes) + " bytes)";
}

wamp::Dict facts_of(const SessionRef& session, const Identity& identity, std::string_view realm) {
  return {{"session", session.session.value},
          {"realm", realm},
          {"authid", identity.authid},
          {"authrole", identity.authrole},
          {"authmethod", identity.authmethod},
          {"authprovider", identity.authprovider},
          {"peer", identity.peer}};
}

std::string with_millis(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", seconds);
  return text.data();
}

}  // namespace

std::string name_of(const SessionRef& session, std::string_view peer) {
  return "session " + std::to_string(session.session.value) + " of " + std::string(peer);
}

void log_beginning(const SessionRef& session, const Identity& identity, std::string_view realm) {
  wamp::Dict facts = facts_of(session, identity, realm);
  facts.append("event", "session_joined");
  log::info(
      name_of(session, identity.peer) + " joined realm \"" + std::string(realm) + "\" as " + whose(identity),
      facts);
}

void log_end(const SessionRecord& record, const Identity& identity, std::string_view realm,
             std::string_view why, SteadyTime now) {
  const double seconds = std::chrono::duration<double>(now - record.since).count();
  wamp::Dict facts = facts_of(record.session, identity, realm);
  facts.append("event", "session_left");
  facts.append("reason", why);
  facts.append("seconds", seconds);
  facts.append("received_messages", record.received_messages);
  facts.append("received_bytes", record.received_bytes);
  facts.append("sent_messages", record.sent_messages);
  facts.append("sent_bytes", record.sent_bytes);
  facts.append("lost_events", record.lost_events);
  const std::string lost =
      record.lost_events > 0 ? "; " + std::to_string(record.lost_events) + " events were lost" : "";
  log::info(name_of(record.session, identity.peer) + " left realm \"" + std::string(realm) + "\": " +
                std::string(why) + lost + "; it was " + whose(identity) + " for " + with_millis(seconds) +
                " s; received " + traffic(record.received_messages, record.received_bytes) + ", sent " +
                traffic(record.sent_messages, record.sent_bytes),
            facts);
}

}  // namespace router
