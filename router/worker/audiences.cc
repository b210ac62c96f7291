#include "router/worker/audiences.h"

#include <cassert>
#include <utility>

namespace router {
namespace {

auto has_id(AudienceId id) {
  return [id](const Audience& audience) { return audience.id == id; };
}

}  // namespace

void Audiences::join(JoinAudience&& change) noexcept {
  Audience* const audience = change.made
                                 ? &table_.add(std::move(change.made))
                                 : table_.find(seeded_hash(change.audience.value), has_id(change.audience));
  assert(audience && audience->id == change.audience);
  audience->subscribers.push_back(change.subscriber, std::move(change.room));
}

void Audiences::leave(const LeaveAudience& change) noexcept {
  const uint64_t hash = seeded_hash(change.audience.value);
  Audience* const audience = table_.find(hash, has_id(change.audience));
  assert(audience && change.place < audience->subscribers.size());
  audience->subscribers.take_out(change.place);
  if (audience->subscribers.size() == 0) table_.remove(hash, has_id(change.audience));
}

const PieceList<Subscriber>* Audiences::find(AudienceId id) const {
  const Audience* const audience = table_.find(seeded_hash(id.value), has_id(id));
  return audience ? &audience->subscribers : nullptr;
}

const transport::BufferRef& EventRound::other_frame(serializers::Format format, transport::Framing framing) {
  for (const Frame& known : frames_) {
    if (known.format != format || known.framing != framing) continue;
    last_ = &known;
    return known.bytes;
  }
  is_making_ = true;
  auto bytes = encoder_.encode(format, framing, event_, RoutedPayload(delivery_.payload));
  last_ = &frames_.emplace_back(Frame{format, framing, std::move(bytes)});
  is_making_ = false;
  return last_->bytes;
}

}  // namespace router
