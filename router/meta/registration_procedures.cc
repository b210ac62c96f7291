#include "router/base/reserved_uri.h"
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
using dealer::Registrations;
using serializers::Arguments;

// Of what only other nodes have nothing is told.
Answer id_or_null(const Registration* registration) {
  registration = Registrations::listed(registration);
  return Arguments{{registration ? wamp::Value(registration->id.value) : wamp::Value()}, {}};
}

Refusal no_such_registration(uint64_t id) {
  return {wamp::error_uri::no_such_registration,
          "there is no registration " + std::to_string(id) + " in this realm"};
}

Reading list(const Asked&) {
  return list_all([](const RealmState& realm, uint64_t from, IdLists& lists) {
    return realm.dealer.registrations().visit_some(from, [&](const Registration& registration) {
      lists.add(registration.match, registration.id.value);
    });
  });
}

Reading lookup(const Asked& asked) {
  std::optional<Refusal> refusal;
  const Lookup wanted = read_lookup(asked.arguments, "procedure", refusal);
  if (refusal) return *refusal;
  return [wanted](RealmState& realm, Member&) {
    return id_or_null(realm.dealer.registrations().find(wanted.uri, wanted.match));
  };
}

Reading match(const Asked& asked) {
  CallArguments read(asked.arguments);
  const std::string uri = read.string(0, "procedure");
  if (read.refusal()) return *read.refusal();
  return [uri](RealmState& realm, Member&) {
    // A pattern as broad as "" does not catch what is reserved for the router.
    return id_or_null(is_reserved_uri(uri) ? nullptr : realm.dealer.registrations().match(uri));
  };
}

// One thing about the registration whose id is the first argument.
template <class Thing>
Reading tell_of(const Asked& asked, Thing thing) {
  CallArguments read(asked.arguments);
  const uint64_t id = read.id(0, "registration");
  if (read.refusal()) return *read.refusal();
  return [id, thing](RealmState& realm, Member&) -> Answer {
    const Registration* const registration =
        Registrations::listed(realm.dealer.registrations().find(wamp::RegistrationId(id)));
    if (!registration) return no_such_registration(id);
    return thing(*registration);
  };
}

Reading get(const Asked& asked) {
  return tell_of(asked, [](const Registration& registration) {
    return Arguments{{registration.details()}, {}};
  });
}

Reading list_callees(const Asked& asked) {
  return tell_of(asked, [](const Registration& registration) {
    Ids callees;
    for (const Callee& callee : registration.callees) callees.push_back(callee.member->ref.session.value);
    return list_of(std::move(callees));
  });
}

Reading count_callees(const Asked& asked) {
  return tell_of(asked, [](const Registration& registration) {
    return Arguments{{uint64_t{registration.callees.size()}}, {}};
  });
}

// Crossbar's: (registration, session, reason).
Reading remove_callee(const Asked& asked) {
  CallArguments read(asked.arguments);
  const uint64_t id = read.id(0, "registration");
  const uint64_t session = read.id(1, "callee");
  const std::string reason = revocation_reason(read);
  if (read.refusal()) return *read.refusal();
  return [id, session, reason](RealmState& realm, Member&) -> Answer {
    Registration* registration = realm.dealer.registrations().find(wamp::RegistrationId(id));
    if (!Registrations::listed(registration)) return no_such_registration(id);
    Member* callee = realm.members.find(wamp::SessionId(session));
    if (!callee || !registration->has_callee(*callee))
      return Refusal{wamp::error_uri::no_such_session,
                     "session " + std::to_string(session) + " is not a callee of this registration"};
    realm.dealer.revoke(*registration, *callee, reason, realm.outbox);
    return Arguments{};
  };
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
