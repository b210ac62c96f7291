#include "router/link/link.h"

#include <cassert>
#include <utility>

#include "router/tables/rendezvous_hash.h"
#include "wamp/error_uris.h"

namespace router::link {

Link::Link(Worker& worker, std::string here, std::string there, Wire& wire)
    : worker_(worker),
      there_(std::move(there)),
      failure_{wamp::error_uri::network_failure,
               "node \"" + there_ + "\" cannot be reached; the call may have been carried out"},
      here_hash_(rendezvous_hash(here)),
      there_hash_(rendezvous_hash(there_)),
      wire_(wire) {}

bool Link::serve(std::shared_ptr<Realm> realm, bool prefers_here) {
  assert(!realms_.contains(realm->name()) && !is_lost_);
  if (last_place_ == LinkedRealm::most_places) return false;
  const std::string name = realm->name();
  realms_[name] =
      std::make_unique<LinkedRealm>(worker_, std::move(realm), ++last_place_, prefers_here, wire_, failure_);
  return true;
}

void Link::stop_serving(std::string_view realm) {
  if (const auto found = realms_.find(realm); found != realms_.end()) realms_.erase(found);
}

Link::Heard Link::set_callees(std::string_view realm, std::string_view procedure, wamp::MatchPolicy match,
                              dealer::InvocationPolicy policy, uint32_t count) {
  const auto found = realms_.find(realm);
  if (found == realms_.end() || is_lost_) return Heard::no_realm;
  const dealer::RemoteOffer offer{policy, count, there_hash_, here_hash_, found->second->prefers_here()};
  switch (found->second->set_callees(procedure, match, offer)) {
    case dealer::OfferHeard::done:
      return Heard::done;
    case dealer::OfferHeard::other_policy:
      return Heard::other_policy;
    case dealer::OfferHeard::no_room:
      break;
  }
  return Heard::no_room;
}

void Link::set_takes_calls(bool takes) {
  if (is_lost_) return;
  for (const auto& [name, realm] : realms_) realm->set_takes_calls(takes);
}

bool Link::on_frame(std::string_view bytes) {
  const bool is_taken = !is_lost_ && take_frame(bytes);
  if (!is_taken) ++ignored_;
  return is_taken;
}

bool Link::take_frame(std::string_view bytes) {
  const auto frame = decode(bytes, scratch_);
  if (!frame) return false;
  if (const auto found = realms_.find(frame->realm); found != realms_.end())
    return found->second->take_frame(*frame);
  // Realms come and go; whoever calls there is told.
  if (const auto* const call = std::get_if<wamp::Call>(&frame->message)) {
    const Refusal why{wamp::error_uri::no_such_procedure,
                      "node \"" + there_ + "\" calls a realm that is not here"};
    wire_.send(encode(FrameKind::not_taken, frame->realm, error_of(wamp::Call::type, call->request, why),
                      payload_of(why)));
  }
  return false;
}

void Link::fail_call(CallNumber call) {
  for (const auto& [name, realm] : realms_) realm->fail_call(call);
}

void Link::lose() noexcept {
  is_lost_ = true;
  for (const auto& [name, realm] : realms_) realm->lose();
}

}  // namespace router::link
