#include "router/meta/call_arguments.h"
#include "router/meta/id_lists.h"
#include "router/meta/procedures.h"
#include "wamp/error_uris.h"

// "Registration Meta API".
namespace router::meta {
namespace registration {
namespace {

using dealer::Callee;
using dealer::Registration;
using serializers::Arguments;

Arguments id_or_null(const Registration* registration) {
  return {{registration ? wamp::Value(registration->id.value) : wamp::Value()}, {}};
}

// The registration whose id is the first argument; null, and a refusal, if there is none.
Registration* find(RealmState& realm, CallArguments& read, std::optional<Refusal>& refusal) {
  const uint64_t id = read.id(0, "registration");
  refusal = read.refusal();
  if (refusal) return nullptr;
  Registration* registration = realm.dealer.registrations().find(wamp::RegistrationId(id));
  if (!registration)
    refusal = Refusal{wamp::error_uri::no_such_registration,
                      "there is no registration " + std::to_string(id) + " in this realm"};
  return registration;
}

Answer list(RealmState& realm, Member&, const Arguments&) {
  IdLists lists;
  realm.dealer.registrations().for_each(
      [&](const Registration& registration) { lists.add(registration.match, registration.id.value); });
  return Arguments{{lists.take()}, {}};
}

Answer lookup(RealmState& realm, Member&, const Arguments& arguments) {
  std::optional<Refusal> refusal;
  const Lookup wanted = read_lookup(arguments, "procedure", refusal);
  if (refusal) return *refusal;
  return id_or_null(realm.dealer.registrations().find(wanted.uri, wanted.match));
}

Answer match(RealmState& realm, Member&, const Arguments& arguments) {
  CallArguments read(arguments);
  const std::string uri = read.string(0, "procedure");
  if (read.refusal()) return *read.refusal();
  // A pattern as broad as "" does not catch what is reserved for the router.
  if (wamp::is_reserved_uri(uri)) return id_or_null(nullptr);
  return id_or_null(realm.dealer.registrations().match(uri));
}

// One thing about the registration whose id is the first argument.
Answer tell_of(RealmState& realm, const Arguments& arguments, wamp::Value (*thing)(const Registration&)) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  const Registration* registration = find(realm, read, refusal);
  if (!registration) return *refusal;
  return Arguments{{thing(*registration)}, {}};
}

Answer get(RealmState& realm, Member&, const Arguments& arguments) {
  return tell_of(realm, arguments,
                 [](const Registration& registration) { return wamp::Value(registration.details()); });
}

Answer list_callees(RealmState& realm, Member&, const Arguments& arguments) {
  return tell_of(realm, arguments, [](const Registration& registration) {
    wamp::List callees;
    for (const Callee& callee : registration.callees) callees.emplace_back(callee.member->ref.session.value);
    return wamp::Value(std::move(callees));
  });
}

Answer count_callees(RealmState& realm, Member&, const Arguments& arguments) {
  return tell_of(realm, arguments, [](const Registration& registration) {
    return wamp::Value(uint64_t{registration.callees.size()});
  });
}

// Crossbar's: (registration, session, reason).
Answer remove_callee(RealmState& realm, Member&, const Arguments& arguments) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  const uint64_t session = read.id(1, "callee");
  const std::string reason = revocation_reason(read);
  Registration* registration = find(realm, read, refusal);
  if (!registration) return *refusal;
  Member* callee = realm.members.find(wamp::SessionId(session));
  if (!callee || !registration->has_callee(*callee))
    return Refusal{wamp::error_uri::no_such_session,
                   "session " + std::to_string(session) + " is not a callee of this registration"};
  realm.dealer.revoke(*registration, *callee, reason, realm.outbox);
  return Arguments{};
}

constexpr Procedure procedures[] = {
    {"wamp.registration.list", list},
    {"wamp.registration.lookup", lookup},
    {"wamp.registration.match", match},
    {"wamp.registration.get", get},
    {"wamp.registration.list_callees", list_callees},
    {"wamp.registration.count_callees", count_callees},
    {"wamp.registration.remove_callee", remove_callee},
};

}  // namespace
}  // namespace registration

std::span<const Procedure> registration_procedures() {
  return registration::procedures;
}

}  // namespace router::meta
