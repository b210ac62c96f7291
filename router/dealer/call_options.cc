#include "router/dealer/call_options.h"

#include "router/mail/payload_passthru.h"
#include "router/tables/rendezvous_hash.h"
#include "wamp/attributes.h"

namespace router::dealer {
namespace {

// Nothing: there is none of that name.
std::optional<RunMode> run_mode_of(std::optional<std::string_view> name) {
  if (!name) return RunMode::by_policy;
  if (*name == "partition") return RunMode::partition;
  if (*name == "all") return RunMode::all;
  return std::nullopt;
}

}  // namespace

wamp::Result<CallOptions> call_options(const wamp::Dict& options, size_t max_attribute) {
  CallOptions read;
  if (options.empty()) return read;
  wamp::Attributes attributes(options, "CALL.Options");
  read.receive_progress = attributes.boolean("receive_progress", false);
  read.progress = attributes.boolean("progress", false);
  read.disclose_me = attributes.boolean("disclose_me", false);
  read.timeout_ms = attributes.integer("timeout").value_or(0);
  const auto run_mode = run_mode_of(attributes.string("runmode"));
  read.payload_passthru = payload_passthru_attributes(attributes, max_attribute);
  // The specification gives rkey no type.
  if (const auto key = attributes.short_text("rkey", max_attribute)) read.routing_key = rendezvous_hash(*key);
  if (attributes.error()) return *attributes.error();
  if (!run_mode) return wamp::ProtocolError{"CALL.Options.runmode: expected partition or all", true};
  read.run_mode = *run_mode;
  return read;
}

}  // namespace router::dealer
