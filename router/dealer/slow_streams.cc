#include "router/dealer/slow_streams.h"

#include <algorithm>

#include "router/registrations/registration.h"
#include "transport/memory/has_memory_for.h"

namespace router::dealer {
namespace {

// Who does not take what comes from the source does not wait for more of it. Of very many calls not all are
// looked at, and others are taken to wait.
bool others_wait_for(const Member& source, const std::set<Member*>& receivers) {
  constexpr size_t most_looked_at = 1000;
  size_t looked_at = 0;
  const auto waits = [&](Member* member) {
    return ++looked_at > most_looked_at || !receivers.contains(member);
  };
  const auto is_called = [&](const PendingCall* call) { return waits(call->caller); };
  const auto sends_chunks = [&](const PendingCall* call) {
    return ++looked_at > most_looked_at || (call->progressive && call->callee && waits(call->callee));
  };
  // A callee may well have many procedures; calls wait for few of them.
  const auto is_awaited = [&, left = 10 * most_looked_at](const Registration* registration) mutable {
    if (left == 0 || --left == 0) return false;
    return std::any_of(registration->waiting.begin(), registration->waiting.end(),
                       [&](const auto& waiting) { return is_called(waiting.second); });
  };
  return source.invocations.any_of(is_called) || source.calls.any_of(sends_chunks) ||
         source.registrations.any_of(is_awaited);
}

}  // namespace

void SlowStreams::pause(Sources::value_type& source, Outbox& outbox) {
  outbox.order(source.first->ref, SessionOrder::Kind::pause);
  source.second.paused = true;
}

void SlowStreams::resume(Sources::value_type& source, Outbox& outbox) {
  if (!source.second.paused) return;
  outbox.order(source.first->ref, SessionOrder::Kind::resume);
  source.second.paused = false;
}

bool SlowStreams::on_untaken(const PendingCall& call, Member& receiver, bool too_much, Outbox& outbox) {
  Member* const source = &receiver == call.caller ? call.callee : call.caller;
  auto& entry = *sources_.try_emplace(source).first;
  by_receiver_[&receiver].insert(source);
  entry.second.receivers.insert(&receiver);
  if (entry.second.paused) return false;
  if (others_wait_for(*source, entry.second.receivers)) return too_much;
  pause(entry, outbox);
  return false;
}

void SlowStreams::on_taken(Member& receiver, Outbox& outbox) {
  const auto slow = by_receiver_.find(&receiver);
  if (slow == by_receiver_.end()) return;
  for (Members& sources = slow->second; !sources.empty(); sources.erase(sources.begin())) {
    const auto found = sources_.find(*sources.begin());
    if (found == sources_.end()) continue;  // there was no memory for all of it
    // Also if others do not take what comes from it: this one waits for more now.
    resume(*found, outbox);
    found->second.receivers.erase(&receiver);
    if (found->second.receivers.empty()) sources_.erase(found);
  }
  by_receiver_.erase(slow);
}

void SlowStreams::on_wanted(Member& source, Member& by, Outbox& outbox) {
  const auto found = sources_.find(&source);
  if (found != sources_.end() && !found->second.receivers.contains(&by)) resume(*found, outbox);
}

void SlowStreams::on_ended(Member& one, Member& other, Outbox& outbox) noexcept {
  // Without memory for it they go on when the other one has taken all, or leaves.
  transport::has_memory_for([&] {
    resume_for(one, other, outbox);
    resume_for(other, one, outbox);
  });
}

void SlowStreams::resume_for(Member& source, Member& receiver, Outbox& outbox) {
  const auto found = sources_.find(&source);
  if (found != sources_.end() && found->second.receivers.contains(&receiver)) resume(*found, outbox);
}

void SlowStreams::remove(Member& member, Outbox& outbox) {
  on_taken(member, outbox);
  const auto source = sources_.extract(&member);
  if (source.empty()) return;
  for (Member* receiver : source.mapped().receivers) {
    const auto found = by_receiver_.find(receiver);
    found->second.erase(&member);
    if (found->second.empty()) by_receiver_.erase(found);
  }
}

}  // namespace router::dealer
