// REGISTERs of a realm in a cluster: they wait until their name is granted and the other nodes know of it.
#include <string>
#include <utility>

#include "router/dealer/dealer.h"
#include "router/member/request_check.h"
#include "wamp/error_uris.h"

namespace router::dealer {

using namespace wamp::error_uri;

Dealer::Fate Dealer::decide_or_claim(const Wanted& wanted, bool may_hold, Outbox& outbox) {
  // Nobody overtakes those who wait.
  const bool must_wait = names_ && names_->held().first_for(MatchedUriView{wanted.procedure, wanted.match});
  const Fate fate = must_wait ? Fate::claims : decide(wanted, may_hold, outbox);
  return fate == Fate::claims ? wait_for_name(wanted, outbox) : fate;
}

std::optional<Refusal> Dealer::why_not_wait(const Wanted& wanted) const {
  const Member& callee = wanted.callee;
  if (names_->held().is_leaving()) return Refusal{unavailable, "the router shuts down"};
  const uint32_t most = callee.limits().registrations_per_session;
  if (callee.registrations.size() + names_->held().count_of(callee.ref.session) >= most)
    return Refusal{too_many_requests, "this session holds or waits for " + std::to_string(most) +
                                          " registrations, the most that it may have"};
  if (names_->held().size() >= Neighbourhood::most_waiting)
    return Refusal{too_many_requests, std::to_string(Neighbourhood::most_waiting) +
                                          " REGISTERs of this realm wait already for other nodes"};
  return check_kept_bytes(callee, callee.limits(), HeldRegister::bytes_of(wanted.procedure));
}

Dealer::Fate Dealer::wait_for_name(const Wanted& wanted, Outbox& outbox) {
  const MatchedUriView name{wanted.procedure, wanted.match};
  if (auto refusal = why_not_wait(wanted)) {
    outbox.refuse(wanted.callee.ref, wamp::Register::type, wanted.request, *std::move(refusal));
    settle(name);  // what it was to replace may have gone
    return Fate::answered;
  }
  names_->wait(name, {&wanted.callee, nullptr, wanted.request, std::string(wanted.procedure), wanted.match,
                      wanted.options, names_->held().deadline(clock_.now()),
                      wanted.callee.charge(holding::requests, HeldRegister::bytes_of(wanted.procedure))});
  return Fate::waits;
}

void Dealer::settle(const MatchedUriView& name) noexcept {
  if (!names_) return;
  const Registration* const found = registrations_.find(name.uri, name.match);
  names_->settle(name, found ? found->callees.size() : 0);
}

void Dealer::on_name_refused(const MatchedUriView& name, Ticket ticket, InvocationPolicy by, Outbox& outbox) {
  if (!names_->on_refused(name, ticket, by)) return;
  Registration* const lost = registrations_.find(name.uri, name.match);
  if (!lost || lost->callees.empty()) return;
  for (const RemoteCallees& one : make_way(*lost, outbox))
    set_remote_callees(*one.link, name.uri, name.match, one.offer, outbox);
}

bool Dealer::decide_some_of_names(Outbox& outbox) {
  while (const MatchedUri* const next = names_->next_to_decide()) {
    if (!work_.take_steps()) return false;
    decide_one_of(MatchedUri(*next), outbox);
  }
  return true;
}

void Dealer::decide_one_of(const MatchedUri& name, Outbox& outbox) {
  names_->begin_to_decide(name);
  const ClaimedNames::Held::Number number = names_->held().first_for(name);
  if (number == 0) {
    names_->end_deciding(name);
    return settle(name);
  }
  const HeldRegister& held = names_->held().at(number);
  const ClaimedName& claimed = *names_->find(name);
  if (held.callee->present()) {
    Fate fate = Fate::claims;
    if (claimed.state != ClaimedName::State::refused)
      fate = decide({*held.callee, held.request, held.procedure, held.match, held.options}, true, outbox);
    else if (auto text = why_not_shared(claimed.refused_by, held.options.policy)) {
      outbox.refuse(held.callee->ref, wamp::Register::type, held.request,
                    {procedure_already_exists, *std::move(text)});
      fate = Fate::answered;
    }
    // It stays the first one, and those behind it go on waiting.
    if (fate == Fate::claims) return names_->claim(name, held.options.policy);
  }
  names_->take(number);
}

bool Dealer::end_one_overdue(SteadyTime now, Outbox& outbox) {
  const ClaimedNames::Held::Number number = names_->held().first_overdue(now);
  if (number == 0) return false;
  const MatchedUri name = names_->held().cause_of(number);
  const HeldRegister& held = names_->held().at(number);
  if (held.callee->present())
    outbox.refuse(held.callee->ref, wamp::Register::type, held.request,
                  {unavailable, names_->held().why_overdue()});
  names_->take(number);
  settle(name);
  return true;
}

bool Dealer::forget_one_in_line(wamp::SessionId callee) {
  const auto name = names_->forget_one_of(callee);
  if (name) settle(*name);
  return name.has_value();
}

}  // namespace router::dealer
