#include "router/registrations/register_options.h"

#include <algorithm>

#include "wamp/attributes.h"

namespace router::dealer {

wamp::Result<RegisterOptions> register_options(const wamp::Dict& options) {
  RegisterOptions read;
  if (options.empty()) return read;
  wamp::Attributes attributes(options, "REGISTER.Options");
  const auto policy = invocation_policy(attributes.string("invoke").value_or("single"));
  read.callee.disclose_caller = attributes.boolean("disclose_caller", false);
  read.callee.forward_timeout = attributes.boolean("forward_timeout", false);
  const uint64_t concurrency = attributes.integer("concurrency").value_or(0);
  read.callee.concurrency = static_cast<uint32_t>(std::min<uint64_t>(concurrency, UINT32_MAX));
  read.force_reregister = attributes.boolean("force_reregister", false);
  if (attributes.error()) return *attributes.error();
  if (!policy)
    return wamp::ProtocolError{"REGISTER.Options.invoke: expected single, roundrobin, random, first or last",
                               true};
  read.policy = *policy;
  return read;
}

}  // namespace router::dealer
