// What clients say who want to come in: each line of the input is a message in JSON, an empty one a second
// that passes. Whoever was let in had the ticket.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "router/config/file/config_file.h"
#include "tests/router/support/session_wires.h"

namespace {

router::config::Config config() {
  return router::config::parse_config(R"({
    "realms": [{"name": "realm1", "roles": [{"name": "user", "permissions": []}]}],
    "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1}, "auth": {
      "ticket": {"type": "static", "principals": {"joe": {"ticket": "secret!!!", "role": "user"}}},
      "wampcra": {"type": "static", "principals": {"ann": {"secret": "what nobody guesses", "role": "user"}}},
      "cryptosign": {"type": "static", "principals": {"eve": {"role": "user", "authorized_keys":
        ["545efb0a2192db8d43f118e9bf9aee081466e1ef36c708b96ee6f62dddad9122"]}}},
      "jwt": {"type": "static", "keys": ["a secret of the issuer, long enough"]}}}]})",
                                      "login", ".");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const router::config::Config with_methods = config();
  router::SessionHarness router(with_methods);
  router::Wire& wire = router.connect();
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  const bool knows_the_ticket = rest.find("secret!!!") != rest.npos;
  while (!rest.empty() && !wire.closed()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (end == 0)
      router.passes(std::chrono::seconds(1)), wire.sweeps();
    else
      wire.receives_bytes(std::string(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    wire.sent();  // throws if it cannot be decoded
  }
  if (wire.session_id() != 0 && !knows_the_ticket) std::abort();
  router.break_all();
  if (router.realm().counts().members != 0) std::abort();
  return 0;
}
