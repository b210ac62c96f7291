#include "router/dealer/dealer.h"

#include <algorithm>
#include <utility>

#include "router/member/request_check.h"
#include "wamp/error_uris.h"

// REGISTER and UNREGISTER. Calls are their parties' (party.h).
namespace router::dealer {
namespace {

constexpr size_t max_held_registers = 65536;
constexpr size_t max_behind_a_fence = 16;  // they are decided at once
// A URI, as Autobahn|Python takes any other text for a protocol violation.
constexpr const char* taken_by_force = "wamp.registration.replaced";

void refuse_register(const Member& callee, wamp::RequestId request, Refusal why, Outbox& outbox) {
  outbox.refuse(callee.ref, wamp::Register::type, request, std::move(why));
}

serializers::Arguments about(const Member& callee, wamp::RegistrationId registration) {
  return {{callee.ref.session.value, registration.value}, {}};
}

}  // namespace

std::optional<std::string> Dealer::conflict(const Registration& registration, const Member& callee,
                                            InvocationPolicy policy) const {
  if (registration.has_callee(callee)) return "this session has registered this procedure already";
  // Only other nodes have it, and have agreed to this one, too.
  if (registration.is_deserted() && registration.policy == policy) return std::nullopt;
  return why_not_shared(registration.policy, policy);
}

std::optional<std::string> Dealer::why_no_room(const Wanted& wanted, const Registration* shared,
                                               bool is_replaced) const {
  const config::SessionLimits& of_session = wanted.callee.limits();
  if (const uint32_t most = of_session.registrations_per_session; wanted.callee.registrations.size() >= most)
    return "this session holds " + std::to_string(most) + " registrations, the most that it may have";
  if (shared && shared->is_listed) {
    const uint32_t most = limits_.callees_per_registration;
    if (shared->callees.size() < most) return std::nullopt;
    return "this procedure has " + std::to_string(most) + " callees, the most that it may have";
  }
  if (registrations_.size() - (is_replaced ? 1 : 0) >= limits_.registrations)
    return "there are " + std::to_string(limits_.registrations) +
           " registrations, the most that the realm allows";
  if (shared) return std::nullopt;
  const ShapeLimits shapes{limits_.wildcard_shapes, of_session.wildcard_shapes_per_session};
  return registrations_.refusal(wanted.procedure, wanted.match, wanted.callee.ref.session, shapes);
}

void Dealer::vacate(Registration& registration, bool by_force, Outbox& outbox) {
  auto work = LeftoverWork::make([this, id = registration.id, by_force, &outbox] {
    Registration* const ended = registrations_.find(id);
    if (!ended || ended->callees.empty()) return true;
    Member& callee = *ended->callees.front().member;
    if (by_force)
      revoke(*ended, callee, taken_by_force, outbox);
    else
      remove_callee(*ended, callee, outbox);
    return false;
  });
  registrations_.end(registration);
  work_.add(std::move(work));
}

bool Dealer::register_procedure(Member& callee, const wamp::Register& message, wamp::MatchPolicy match,
                                const RegisterOptions& options, const Grant& grant, Outbox& outbox) {
  using namespace wamp::error_uri;
  if (options.force_reregister && !grant.force_reregister) {
    refuse_register(callee, message.request,
                    {not_authorized, "this role may not use force_reregister for this procedure"}, outbox);
    return false;
  }
  const Wanted wanted{callee, message.request, message.procedure, match, options};
  Fate fate = wait_for_fence(wanted, outbox);
  if (fate == Fate::undecided) fate = decide_or_claim(wanted, true, outbox);
  return fate == Fate::waits;
}

Dealer::Fate Dealer::decide(const Wanted& wanted, bool may_hold, Outbox& outbox) {
  using namespace wamp::error_uri;
  const auto refuse = [&](Refusal why) {
    refuse_register(wanted.callee, wanted.request, std::move(why), outbox);
    return Fate::answered;
  };
  Registration* const present = registrations_.find(wanted.procedure, wanted.match);
  const bool is_deserted = present && present->is_deserted();
  // Whose a procedure is that only other nodes have, the nodes have agreed on before a REGISTER comes so far.
  // In a cluster an exclusive one is made anew, as its route is for whoever has its name.
  const bool is_free = is_deserted && (present->remote.empty() || present->policy != wanted.options.policy ||
                                       (names_ && present->policy == InvocationPolicy::single));
  Registration* const shared = is_free || wanted.options.force_reregister ? nullptr : present;
  if (shared) {
    if (const auto text = conflict(*shared, wanted.callee, wanted.options.policy)) {
      const bool is_held = may_hold && hold(wanted, *shared, outbox);
      return is_held ? Fate::waits : refuse({procedure_already_exists, *text});
    }
  }
  if (const auto text = why_no_room(wanted, shared, present != shared && present->is_listed))
    return refuse({too_many_requests, *text});
  if (const auto refusal =
          check_kept_bytes(wanted.callee, wanted.callee.limits(), Registration::bytes_of(wanted.procedure)))
    return refuse(*refusal);
  const bool is_open = !names_ || names_->is_open({wanted.procedure, wanted.match}, wanted.options.policy);
  // Who only asks for a name takes nothing from other nodes.
  if (!is_open && (!present || present->callees.empty())) return Fate::claims;
  std::vector<RemoteCallees> elsewhere;
  if (present != shared) elsewhere = make_way(*present, outbox);
  const bool must_claim = !is_open && !shared;
  if (!must_claim) add_callee(shared, wanted, outbox);
  for (const RemoteCallees& one : elsewhere)
    set_remote_callees(*one.link, wanted.procedure, wanted.match, one.offer, outbox);
  if (must_claim) return Fate::claims;
  return Fate::answered;
}

std::vector<RemoteCallees> Dealer::make_way(Registration& registration, Outbox& outbox) {
  std::vector<RemoteCallees> elsewhere = registration.remote;
  const bool has_any_here = !registration.callees.empty();
  const bool by_force = !registration.is_deserted();
  for (const RemoteCallees& one : elsewhere) remove_callee(registration, *one.link, outbox);
  // Without any it has ended.
  if (has_any_here) vacate(registration, by_force, outbox);
  return elsewhere;
}

OfferHeard Dealer::set_remote_callees(Member& link, std::string_view procedure, wamp::MatchPolicy match,
                                      const RemoteOffer& offer, Outbox& outbox) {
  Registration* registration = registrations_.find(procedure, match);
  if (registration && registration->has_callee(link) &&
      (offer.count == 0 || registration->policy != offer.policy)) {
    remove_callee(*registration, link, outbox);
    registration = registrations_.find(procedure, match);
  }
  if (offer.count == 0) return OfferHeard::done;
  if (registration && registration->policy != offer.policy) {
    if (!registration->is_deserted() || !registration->remote.empty()) return OfferHeard::other_policy;
    vacate(*registration, false, outbox);
    registration = nullptr;
    settle({procedure, match});
  }
  const bool created = !registration;
  if (created && !has_room_for_remote(link, procedure, match)) return OfferHeard::no_room;
  if (created)
    registration = &registrations_.add(procedure, match, offer.policy, clock_.wall_time(), link.ref.session);
  try {
    if (created) registration->work = make_work(*registration, outbox);
    registrations_.changing(*registration);
    RemoteOffer bounded = offer;
    bounded.count = std::min(offer.count, limits_.callees_per_registration);
    registration->set_remote(link, bounded);
  } catch (...) {
    if (created) {
      registrations_.end(*registration);
      registrations_.remove(*registration);
    }
    throw;
  }
  give_to_waiting(*registration);
  return OfferHeard::done;
}

bool Dealer::has_room_for_remote(const Member& link, std::string_view procedure,
                                 wamp::MatchPolicy match) const {
  const ShapeLimits shapes{limits_.wildcard_shapes, limits_.wildcard_shapes};
  return registrations_.unlisted() < limits_.registrations &&
         !registrations_.refusal(procedure, match, link.ref.session, shapes);
}

void Dealer::add_callee(Registration* registration, const Wanted& wanted, Outbox& outbox) {
  const bool created = !registration;
  if (created)
    registration = &registrations_.add(wanted.procedure, wanted.match, wanted.options.policy,
                                       clock_.wall_time(), wanted.callee.ref.session);
  Member& callee = wanted.callee;
  const MatchedUriView name{wanted.procedure, wanted.match};
  try {
    if (created) registration->work = make_work(*registration, outbox);
    if (created && names_) registration->queue->exclusive = names_->find(name)->exclusive;
    registrations_.changing(*registration);
    registration->add_callee(callee, wanted.options.callee);
    outbox.send(callee.ref, wamp::Registered{wanted.request, registration->id});
  } catch (...) {
    if (registration->has_callee(callee)) registration->remove_callee(callee);
    if (created) {
      registrations_.end(*registration);
      registrations_.remove(*registration);
    }
    settle(name);
    throw;
  }
  settle(name);
  if (!registration->is_listed) {
    registrations_.set_listed(*registration, true);
    registration->created = clock_.wall_time();
    broker_.publish_meta(
        "wamp.registration.on_create",
        [&] {
          return serializers::Arguments{{callee.ref.session.value, registration->details()}, {}};
        },
        outbox);
  }
  broker_.publish_meta(
      "wamp.registration.on_register", [&] { return about(callee, registration->id); }, outbox);
  give_to_waiting(*registration);
}

void Dealer::publish_deleted(wamp::SessionId last_callee, wamp::RegistrationId registration,
                             Outbox& outbox) noexcept {
  broker_.publish_meta(
      "wamp.registration.on_delete",
      [&] {
        return serializers::Arguments{{last_callee.value, registration.value}, {}};
      },
      outbox);
}

void Dealer::unregister(Member& callee, const wamp::Unregister& message, Outbox& outbox) {
  Registration** found = callee.registrations.find(message.registration.value);
  if (!found) {
    outbox.refuse(callee.ref, wamp::Unregister::type, message.request,
                  {wamp::error_uri::no_such_registration,
                   "this session does not hold registration " + std::to_string(message.registration.value)});
    return;
  }
  Registration& registration = **found;
  fence(registration, callee, {message.request, std::nullopt}, outbox);
  remove_callee(registration, callee, outbox);
}

void Dealer::fence(const Registration& registration, const Member& callee, wamp::Unregistered&& last_word,
                   Outbox& outbox) {
  registrations_.changing(registration);
  fenced_registers_.add_fence({callee.ref.session, registration.procedure, registration.match}, [&] {
    outbox.fence({callee.ref, registration.procedure, registration.match, std::move(last_word)});
  });
}

void Dealer::on_fenced(const Fenced& fenced, Outbox& outbox) {
  for (const HeldRegister& held : fenced_registers_.pass({fenced.to.session, fenced.procedure, fenced.match}))
    decide_or_claim({*held.callee, held.request, held.procedure, held.match, held.options}, true, outbox);
}

Dealer::Fate Dealer::wait_for_fence(const Wanted& wanted, Outbox& outbox) {
  Member& callee = wanted.callee;
  auto* const waiting =
      fenced_registers_.waiting_for({callee.ref.session, std::string(wanted.procedure), wanted.match});
  if (!waiting) return Fate::undecided;
  if (waiting->size() >= max_behind_a_fence) {
    refuse_register(callee, wanted.request,
                    {wamp::error_uri::too_many_requests,
                     std::to_string(max_behind_a_fence) +
                         " REGISTERs of this procedure wait already for an UNREGISTERED"},
                    outbox);
    return Fate::answered;
  }
  const size_t bytes = HeldRegister::bytes_of(wanted.procedure);
  if (const auto refusal = check_kept_bytes(callee, callee.limits(), bytes)) {
    refuse_register(callee, wanted.request, *refusal, outbox);
    return Fate::answered;
  }
  waiting->push_back({&callee, &callee, wanted.request, std::string(wanted.procedure), wanted.match,
                      wanted.options, SteadyTime::max(), callee.charge(holding::requests, bytes)});
  return Fate::waits;
}

void Dealer::revoke(Registration& registration, Member& callee, const std::string& reason, Outbox& outbox) {
  if (callee.present() && callee.features.callee_registration_revocation) {
    wamp::Dict details{{"registration", registration.id.value}};
    if (!reason.empty()) details.append("reason", reason);
    fence(registration, callee, {{}, std::move(details)}, outbox);
  }
  remove_callee(registration, callee, outbox);
}

void Dealer::remove_callee(Registration& registration, Member& callee, Outbox& outbox) noexcept {
  registrations_.changing(registration);
  registration.remove_callee(callee);
  const bool was_found = !registration.ended;
  if (!callee.is_link())
    broker_.publish_meta(
        "wamp.registration.on_unregister", [&] { return about(callee, registration.id); }, outbox);
  if (!registration.has_callees()) {
    registrations_.end(registration);
    registration.last_callee = callee.ref.session;
    if (was_found) settle({registration.procedure, registration.match});
    return work_on(registration);
  }
  if (was_found) settle({registration.procedure, registration.match});
  if (registration.callees.empty() && registration.is_listed && !registration.ended) {
    registrations_.set_listed(registration, false);
    publish_deleted(callee.ref.session, registration.id, outbox);
  }
  if (registration.waiting.empty()) return;
  registration.ends_hopeless = true;
  registration.hopeless_behind = 0;
  give_to_waiting(registration);  // its shards go to others
}

bool Dealer::hold(const Wanted& wanted, const Registration& registration, Outbox& outbox) {
  if (registration.policy != InvocationPolicy::single || registration.has_callee(wanted.callee)) return false;
  if (limits_.probe_timeout_ms == 0 || held_registers_.size() >= max_held_registers) return false;
  // Not one that is leaving beside it.
  const auto present = std::find_if(registration.callees.begin(), registration.callees.end(),
                                    [](const Callee& callee) { return callee.member->present(); });
  Member& holder =
      present == registration.callees.end() ? *registration.callees.front().member : *present->member;
  // Before it is held: who is held does not send one again.
  if (!held_registers_.any_for(holder.ref.session)) outbox.order(holder.ref, SessionOrder::Kind::probe);
  held_registers_.add(
      {&wanted.callee, &holder, wanted.request, registration.procedure, registration.match, wanted.options,
       clock_.now() + std::chrono::milliseconds(limits_.probe_timeout_ms),
       wanted.callee.charge(holding::requests, HeldRegister::bytes_of(registration.procedure))});
  return true;
}

bool Dealer::decide_held_for(wamp::SessionId holder, Outbox& outbox) {
  while (held_registers_.any_for(holder)) {
    if (!work_.take_steps()) return false;
    const HeldRegister& held = *held_registers_.find_for(holder);
    if (held.callee->present())
      decide_or_claim({*held.callee, held.request, held.procedure, held.match, held.options}, false, outbox);
    held_registers_.forget_one_for(holder);
  }
  return true;
}

void Dealer::on_alive(Member& holder, Outbox& outbox) {
  if (!held_registers_.any_for(holder.ref.session)) return;
  auto work = LeftoverWork::make(
      [this, session = holder.ref.session, &outbox] { return decide_held_for(session, outbox); });
  held_registers_.set_alive(holder.ref.session);
  work_.add(std::move(work));
}

bool Dealer::remove_some(Member& member, uint64_t& from, Outbox& outbox) {
  const wamp::SessionId session = member.ref.session;
  while (held_registers_.forget_one_of(session))
    if (!work_.take_steps()) return false;
  while (fenced_registers_.forget_one_of(session))
    if (!work_.take_steps()) return false;
  while (names_ && forget_one_in_line(session))
    if (!work_.take_steps()) return false;
  return forget_awaited(member) &&
         work_.take_some(member.registrations, from,
                         [&](Registration* registration) { remove_callee(*registration, member, outbox); }) &&
         decide_held_for(session, outbox);
}

}  // namespace router::dealer
