#include "router/broker/publish_options.h"
#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"
#include "wamp/error_uris.h"

// "Session Testament".
namespace router::meta {
namespace testament {
namespace {

using serializers::Arguments;

// The bucket for a scope; null, and a refusal, if there is no such scope.
std::vector<Testament>* bucket(CallArguments& read, Member& member, std::optional<Refusal>& refusal) {
  const std::string* scope = read.optional_string("scope");
  refusal = read.refusal();
  if (refusal) return nullptr;
  if (!scope || *scope == "destroyed") return &member.destroyed_testaments;
  if (*scope == "detached") return &member.detached_testaments;
  refusal = Refusal{wamp::error_uri::invalid_argument, "scope: expected detached or destroyed"};
  return nullptr;
}

// Nobody is there to be answered.
wamp::Dict without_acknowledge(const wamp::Dict& options) {
  wamp::Dict rest;
  for (const wamp::DictEntry& entry : options)
    if (entry.key != "acknowledge") rest.append(entry.key, entry.value);
  return rest;
}

Answer add_testament(RealmState& realm, Member& caller, const Arguments& arguments) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  Testament testament;
  testament.topic = read.string(0, "topic");
  const wamp::List* args = read.optional_list(1, "args");
  const wamp::Dict* kwargs = read.optional_dict(2, "kwargs");
  if (const wamp::Dict* options = read.optional_dict("publish_options"))
    testament.options = without_acknowledge(*options);
  std::vector<Testament>* testaments = bucket(read, caller, refusal);
  if (!testaments) return *refusal;
  if (auto denied = check_request(realm.config, caller, Action::publish, testament.topic,
                                  wamp::MatchPolicy::exact, testament.grant))
    return *denied;
  if (const auto options = broker::publish_options(testament.options); !options)
    return Refusal{wamp::error_uri::invalid_argument, "publish_options: " + options.error().message};
  // What its options ask for must be good now, as nobody can be told when it is published.
  if (testament.options.find("ppt_scheme") &&
      !caller.features.has_payload_passthru_mode(wamp::Role::publisher))
    return Refusal{wamp::error_uri::feature_not_supported,
                   "publish_options: HELLO did not announce payload_passthru_mode for the publisher"};
  const size_t most = caller.limits().testaments_per_session;
  if (caller.detached_testaments.size() + caller.destroyed_testaments.size() >= most)
    return Refusal{wamp::error_uri::too_many_requests,
                   "this session has " + std::to_string(most) + " testaments, the most that it may have"};
  testament.payload = make_payload({args ? *args : wamp::List(), kwargs ? *kwargs : wamp::Dict()});
  testaments->push_back(std::move(testament));
  return Arguments{};
}

Answer flush_testaments(RealmState&, Member& caller, const Arguments& arguments) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  std::vector<Testament>* testaments = bucket(read, caller, refusal);
  if (!testaments) return *refusal;
  testaments->clear();
  return Arguments{};
}

constexpr Procedure procedures[] = {
    {"wamp.session.add_testament", add_testament},
    {"wamp.session.flush_testaments", flush_testaments},
};

}  // namespace
}  // namespace testament

std::span<const Procedure> testament_procedures() {
  return testament::procedures;
}

}  // namespace router::meta
