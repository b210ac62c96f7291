#include "router/dealer/dealer.h"

#include <algorithm>
#include <utility>

#include "router/request_check.h"
#include "router/value_bytes.h"
#include "wamp/error_uris.h"

// REGISTER and UNREGISTER. The calls are in dealer_calls.cc.
namespace router::dealer {
namespace {

constexpr size_t max_held_registers = 65536;
// A URI, as Autobahn|Python takes any other text for a protocol violation.
constexpr const char* taken_by_force = "wamp.registration.replaced";

void refuse_register(const Member& callee, wamp::RequestId request, std::string_view error_uri,
                     std::string_view text, Outbox& outbox) {
  outbox.refuse(callee.ref, wamp::Register::type, request, error_uri, text);
}

// With its places in the tables.
size_t bytes_of_held(std::string_view procedure) {
  constexpr size_t places = 256;
  return allocated(sizeof(HeldRegister)) + places + allocated(procedure.size() + 1);
}

serializers::Arguments about(const Member& callee, const Registration& registration) {
  return {{callee.ref.session.value, registration.id.value}, {}};
}

std::vector<Registration*> registrations_of(const Member& callee) {
  std::vector<Registration*> held;
  held.reserve(callee.registrations.size());
  callee.registrations.for_each(
      [&held](uint64_t, Registration* registration) { held.push_back(registration); });
  // In a fixed order, whatever the table's order is.
  std::sort(held.begin(), held.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  return held;
}

}  // namespace

std::optional<std::string> Dealer::conflict(const Registration& registration, const Member& callee,
                                            InvocationPolicy policy) const {
  if (registration.has_callee(callee)) return "this session has registered this procedure already";
  if (registration.policy == InvocationPolicy::single) return "another session has registered this procedure";
  if (registration.policy == policy) return std::nullopt;
  return "this procedure is registered with invoke \"" + std::string(name(registration.policy)) + "\"";
}

void Dealer::register_procedure(Member& callee, const wamp::Register& message, wamp::MatchPolicy match,
                                const RegisterOptions& options, const Grant& grant, Outbox& outbox) {
  using namespace wamp::error_uri;
  const auto refuse = [&](std::string_view error_uri, std::string_view text) {
    refuse_register(callee, message.request, error_uri, text, outbox);
  };
  if (!options.policy)
    return refuse(invalid_argument,
                  "REGISTER.Options.invoke: expected single, roundrobin, random, first or last");
  if (options.force_reregister && !grant.force_reregister)
    return refuse(not_authorized, "this role may not use force_reregister for this procedure");
  const uint32_t most = callee.limits().registrations_per_session;
  if (callee.registrations.size() >= most)
    return refuse(too_many_requests,
                  "this session holds " + std::to_string(most) + " registrations, the most that it may have");

  Registration* registration = registrations_.find(message.procedure, match);
  if (registration && options.force_reregister) {
    revoke_all(*registration, taken_by_force, outbox);
    registration = nullptr;
  }
  const Wanted wanted{callee, message.request, message.procedure, match, options};
  if (registration) {
    if (const auto text = conflict(*registration, callee, *options.policy)) {
      if (!hold(wanted, *registration, outbox)) refuse(procedure_already_exists, *text);
      return;
    }
  }
  if (!registration) {
    if (registrations_.size() >= limits_.registrations)
      return refuse(too_many_requests, "there are " + std::to_string(limits_.registrations) +
                                           " registrations, the most that the realm allows");
    const ShapeLimits shapes{limits_.wildcard_shapes, callee.limits().wildcard_shapes_per_session};
    if (const auto text = registrations_.refusal(message.procedure, match, callee.ref.session, shapes))
      return refuse(too_many_requests, *text);
  }
  if (const auto refusal = check_kept_bytes(callee, Registration::bytes_of(message.procedure)))
    return refuse(refusal->error_uri, refusal->text);
  add_callee(registration, wanted, outbox);
}

void Dealer::add_callee(Registration* registration, const Wanted& wanted, Outbox& outbox) {
  const bool created = !registration;
  if (created)
    registration = &registrations_.add(wanted.procedure, wanted.match, *wanted.options.policy,
                                       clock_.wall_time(), wanted.callee.ref.session);
  Member& callee = wanted.callee;
  registration->add_callee(callee, wanted.options.callee);
  outbox.send(callee.ref, wamp::Registered{wanted.request, registration->id});
  if (created)
    broker_.publish_meta("wamp.registration.on_create",
                         {{callee.ref.session.value, registration->details()}, {}}, outbox);
  broker_.publish_meta("wamp.registration.on_register", about(callee, *registration), outbox);
  invoke_waiting(*registration, outbox);
}

void Dealer::unregister(Member& callee, const wamp::Unregister& message, Outbox& outbox) {
  Registration** found = callee.registrations.find(message.registration.value);
  if (!found) {
    outbox.refuse(callee.ref, wamp::Unregister::type, message.request, wamp::error_uri::no_such_registration,
                  "this session does not hold registration " + std::to_string(message.registration.value));
    return;
  }
  Registration& registration = **found;
  registration.remove_callee(callee);
  outbox.send(callee.ref, wamp::Unregistered{message.request, std::nullopt});
  on_callee_removed(registration, callee, outbox);
}

void Dealer::revoke(Registration& registration, Member& callee, const std::string& reason, Outbox& outbox) {
  registration.remove_callee(callee);
  if (callee.features.callee_registration_revocation) {
    wamp::Dict details{{"registration", registration.id.value}};
    if (!reason.empty()) details.append("reason", reason);
    outbox.send(callee.ref, wamp::Unregistered{{}, std::move(details)});
  }
  on_callee_removed(registration, callee, outbox);
}

void Dealer::revoke_all(Registration& registration, const std::string& reason, Outbox& outbox) {
  for (size_t left = registration.callees.size(); left > 0; --left)
    revoke(registration, *registration.callees.front().member, reason, outbox);
}

void Dealer::on_callee_removed(Registration& registration, const Member& callee, Outbox& outbox) {
  broker_.publish_meta("wamp.registration.on_unregister", about(callee, registration), outbox);
  if (!registration.callees.empty()) return end_hopeless_calls(registration, outbox);
  while (!registration.waiting.empty())
    end(*registration.waiting.front(), wamp::error_uri::no_available_callee,
        "the last callee left before it was free", outbox);
  broker_.publish_meta("wamp.registration.on_delete", about(callee, registration), outbox);
  registrations_.remove(registration);
}

bool Dealer::hold(const Wanted& wanted, const Registration& registration, Outbox& outbox) {
  if (registration.policy != InvocationPolicy::single || registration.has_callee(wanted.callee)) return false;
  if (limits_.probe_timeout_ms == 0 || held_registers_.size() >= max_held_registers) return false;
  Member& holder = *registration.callees.front().member;
  const bool first = held_registers_.add(
      {&wanted.callee, &holder, wanted.request, registration.procedure, registration.match, wanted.options,
       clock_.now() + std::chrono::milliseconds(limits_.probe_timeout_ms),
       wanted.callee.charge(holding::requests, bytes_of_held(registration.procedure))});
  if (first) outbox.order(holder.ref, SessionOrder::Kind::probe);
  return true;
}

void Dealer::register_held_for(const Member& holder, Outbox& outbox) {
  for (const HeldRegister& held : held_registers_.take_for(holder)) {
    Registration* registration = registrations_.find(held.procedure, held.match);
    const auto text =
        registration ? conflict(*registration, *held.callee, *held.options.policy) : std::nullopt;
    if (text)
      refuse_register(*held.callee, held.request, wamp::error_uri::procedure_already_exists, *text, outbox);
    else
      add_callee(registration, {*held.callee, held.request, held.procedure, held.match, held.options},
                 outbox);
  }
}

void Dealer::on_alive(Member& holder, Outbox& outbox) {
  register_held_for(holder, outbox);
}

void Dealer::on_unclogged(Member& callee, Outbox& outbox) {
  callee.clogged.store(false, std::memory_order_relaxed);
  callee.room_for_calls.close();
  outbox.order(callee.ref, SessionOrder::Kind::tell_room);
}

void Dealer::on_room(Member& callee, size_t bytes, Outbox& outbox) {
  const bool had_room = callee.room_for_calls.any();
  if (callee.room_for_calls.answer(bytes)) outbox.order(callee.ref, SessionOrder::Kind::tell_room);
  if (!had_room) invoke_waiting_for(callee, outbox);
}

void Dealer::remove_member(Member& member, Outbox& outbox) {
  held_registers_.remove_callee(member);
  if (!slow_streams_.empty()) slow_streams_.remove(member, outbox);
  awaited_.erase(&member);
  const std::vector<Registration*> held = registrations_of(member);
  for (Registration* registration : held) registration->remove_callee(member);
  for (Registration* registration : held) on_callee_removed(*registration, member, outbox);
  end_calls_as_callee(member, outbox);
  end_calls_as_caller(member, outbox);
  register_held_for(member, outbox);
}

SteadyTime Dealer::next_deadline() const {
  const SteadyTime held = held_registers_.next_deadline();
  return deadlines_.empty() ? held : std::min(held, deadlines_.begin()->first);
}

std::vector<Member*> Dealer::expire(Outbox& outbox) {
  const SteadyTime now = clock_.now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    time_out(*deadlines_.begin()->second, outbox);
  return held_registers_.silent_holders(now);
}

}  // namespace router::dealer
