#include "router/dealer/streams.h"

#include <string>

#include "router/base/log.h"
#include "transport/memory/has_memory_for.h"

namespace router::dealer {

void Streams::pause() {
  place_.outbox.order(place_.seat.ref, SessionOrder::Kind::pause);
  place_.seat.callee->paused.store(true);
}

void Streams::resume() {
  if (!is_paused()) return;
  place_.outbox.order(place_.seat.ref, SessionOrder::Kind::resume);
  place_.seat.callee->paused.store(false);
}

// Also if others do not take what comes from here: this one waits for more now.
void Streams::on_taken(const SessionRef& receiver) {
  if (!is_receiver(receiver.session)) return;
  resume();
  receivers_.erase(receiver.session);
}

void Streams::count_broken(const SessionRef& receiver) {
  place_.seat.branch.counters.streams_ended.add();
  const uint64_t to = receiver.session.value, from = place_.seat.ref.session.value;
  log::warning(log::Kind::loss,
               "a stream of session " + std::to_string(from) + " to session " + std::to_string(to) +
                   " has ended: it is not taken, and others wait for its source",
               {{"event", "stream_ended"}, {"session", to}, {"source", from}});
}

void Streams::on_ended(wamp::SessionId receiver) noexcept {
  if (receivers_.empty() || !is_receiver(receiver)) [[likely]]
    return;
  // Without memory for it, it goes on when the receiver has taken all, or leaves.
  transport::has_memory_for([this] { resume(); });
}

void Streams::tell_untaken(const SessionRef& source, const CallId& call, bool too_much) {
  sources_.try_emplace(source.session, source);
  const auto kind = too_much ? CallNotice::Kind::too_much : CallNotice::Kind::untaken;
  place_.outbox.notify({source, kind, call, place_.seat.ref});
}

void Streams::tell_taken() {
  for (; !sources_.empty(); sources_.erase(sources_.begin()))
    place_.outbox.notify({sources_.begin()->second, CallNotice::Kind::taken, {}, place_.seat.ref});
}

}  // namespace router::dealer
