// What one session has done, and the lines in the log that tell of its beginning and its end.
//
// Its session's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "router/base/clock.h"
#include "router/member/member_facts.h"

namespace router {

struct SessionRecord {
  SessionRef session;
  SteadyTime since;  // when it was welcomed
  // WAMP messages and their bytes, without those of frames.
  uint64_t received_messages = 0, received_bytes = 0, sent_messages = 0, sent_bytes = 0;
  uint64_t lost_events = 0;                    // that its peer did not take
  uint64_t calls = 0, errors = 0, events = 0;  // that it made; that it was sent

  void count_received(size_t bytes) {
    ++received_messages;
    received_bytes += bytes;
  }
  void count_sent(size_t bytes) {
    ++sent_messages;
    sent_bytes += bytes;
  }
};

// For the log: "session 4711 of 127.0.0.1:4242".
std::string name_of(const SessionRef& session, std::string_view peer);

void log_beginning(const SessionRef& session, const Identity& identity, std::string_view realm);
// One line for each session that ends. `why`: for people.
void log_end(const SessionRecord& record, const Identity& identity, std::string_view realm,
             std::string_view why, SteadyTime now);

}  // namespace router
