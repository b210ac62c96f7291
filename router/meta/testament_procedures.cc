#include "router/events/publish_options.h"
#include "router/memory/value_bytes.h"
#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"
#include "wamp/error_uris.h"

// "Session Testament".
namespace router::meta {
namespace testament {
namespace {

using serializers::Arguments;

// A bucket of testaments, by the name of its scope.
using Bucket = std::vector<Testament> Member::*;

Bucket bucket(CallArguments& read, std::optional<Refusal>& refusal) {
  const std::string* scope = read.optional_string("scope");
  refusal = read.refusal();
  if (!scope || *scope == "destroyed") return &Member::destroyed_testaments;
  if (*scope != "detached")
    refusal = Refusal{wamp::error_uri::invalid_argument, "scope: expected detached or destroyed"};
  return &Member::detached_testaments;
}

size_t bytes_of(const Testament& testament) {
  const broker::PublishOptions& options = *testament.options;
  return allocated(sizeof(Testament)) + allocated(testament.topic) + testament.payload.held() +
         allocated(sizeof(options)) + allocated(options.resource_key.text) +
         allocated(options.payload_passthru) + (options.filter ? allocated(*options.filter) : 0);
}

Answer add(Member& caller, Bucket bucket, Testament& testament) {
  const size_t most = caller.limits().testaments_per_session;
  if (caller.detached_testaments.size() + caller.destroyed_testaments.size() >= most)
    return Refusal{wamp::error_uri::too_many_requests,
                   "this session has " + std::to_string(most) + " testaments, the most that it may have"};
  const size_t bytes = bytes_of(testament);
  if (auto full = check_kept_bytes(caller, caller.limits(), bytes)) return *full;
  testament.charge = caller.charge(holding::testaments, bytes);
  (caller.*bucket).push_back(std::move(testament));
  return Arguments{};
}

Reading add_testament(const Asked& asked) {
  CallArguments read(asked.arguments);
  std::optional<Refusal> refusal;
  Testament testament;
  testament.topic = read.string(0, "topic");
  const wamp::List* args = read.optional_list(1, "args");
  const wamp::Dict* kwargs = read.optional_dict(2, "kwargs");
  const wamp::Dict* given = read.optional_dict("publish_options");
  const Bucket scope = bucket(read, refusal);
  if (refusal) return *refusal;
  if (auto denied = check_request(asked.config, asked.caller, Action::publish, testament.topic,
                                  wamp::MatchPolicy::exact, testament.grant))
    return *denied;
  auto options = broker::publish_options(given ? *given : wamp::Dict(), asked.caller.limits());
  if (!options)
    return Refusal{wamp::error_uri::invalid_argument, "publish_options: " + options.error().message};
  // What its options ask for must be good now, as nobody can be told when it is published.
  if (!options->payload_passthru.empty() &&
      !asked.caller.features.has_payload_passthru_mode(wamp::Role::publisher))
    return Refusal{wamp::error_uri::feature_not_supported,
                   "publish_options: HELLO did not announce payload_passthru_mode for the publisher"};
  options->acknowledge = false;  // nobody is there to be answered
  testament.options = std::make_shared<const broker::PublishOptions>(std::move(*options));
  testament.payload = make_payload({args ? *args : wamp::List(), kwargs ? *kwargs : wamp::Dict()});
  const auto made = std::make_shared<Testament>(std::move(testament));
  return [scope, made](RealmState&, Member& caller) { return add(caller, scope, *made); };
}

Reading flush_testaments(const Asked& asked) {
  CallArguments read(asked.arguments);
  std::optional<Refusal> refusal;
  const Bucket scope = bucket(read, refusal);
  if (refusal) return *refusal;
  return [scope](RealmState&, Member& caller) -> Answer {
    // They end without the lock.
    return LargeResult([flushed = std::make_shared<std::vector<Testament>>(
                            std::exchange(caller.*scope, {}))] { return Arguments{}; });
  };
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
