// The request ids that a session's peer uses ("IDs": session scope), and which CALLs are further chunks of an
// earlier one ("Progressive Call Invocations").
//
// Part of a membership, on its worker's thread. The specification demands 1, 2, 3 and so on. Many clients in
// use do not count so, so a realm asks for it only if its configuration says `"request_ids": "sequential"`;
// then an id that is not new is that of an earlier CALL. Without that a chunk is known by its CALL being
// unfinished: as long as the peer has not said that no more comes, also when the call has ended.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "router/tables/id_map.h"
#include "transport/memory/account.h"
#include "wamp/ids.h"
#include "wamp/message.h"
#include "wamp/result.h"

namespace router {

class RequestIds {
 public:
  // `sends_chunks`: the peer has announced progressive_call_invocations. Of more unfinished calls than
  // `most_unfinished` none is known any more. `charge` pays for them.
  RequestIds(bool sequential, bool sends_chunks, size_t most_unfinished, transport::Charge charge)
      : sequential_(sequential),
        sends_chunks_(sends_chunks),
        most_unfinished_(most_unfinished),
        unfinished_(std::move(charge)) {}

  // Whether the CALL, which has come now, is a further chunk. Once for each CALL, also if it is refused: what
  // follows the first chunk of a call belongs to it whatever has become of it.
  bool is_chunk(const wamp::Call& call) {
    return sends_chunks_ && is_chunk(call.request, !call.options.empty() && wants_more(call));
  }
  // The same for one of which no more is known. `more`: it is not the last chunk; none: perhaps.
  bool is_chunk(wamp::RequestId call, std::optional<bool> more) {
    if (!sends_chunks_) return false;
    if (sequential_) return call <= last_;
    return (more == true || !unfinished_.empty()) && note(call, more);
  }
  // Of a request that is none. An error: the id breaks the protocol.
  wamp::Result<void> take(wamp::MessageType type, wamp::RequestId request) {
    return sequential_ ? take_next(type, request) : wamp::Result<void>();
  }

 private:
  struct Unfinished {};

  static bool wants_more(const wamp::Call& call);
  // Whether the call was unfinished until now.
  bool note(wamp::RequestId call, std::optional<bool> more);
  wamp::Result<void> take_next(wamp::MessageType type, wamp::RequestId request);

  const bool sequential_, sends_chunks_;
  const size_t most_unfinished_;
  wamp::RequestId last_;  // of a sequential realm
  IdMap<Unfinished> unfinished_;
};

}  // namespace router
