// A configuration file, wampd's own or Crossbar's: it is understood, or there is a message that says where it
// is wrong.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "router/config/file/config_file.h"
#include "router/config/inventory.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    const router::config::Config config = router::config::parse_config(text, "fuzz", "/nonexistent");
    if (config.realms.empty() || config.transports.empty()) std::abort();
    router::config::inventory(config);
  } catch (const router::config::ConfigError& error) {
    if (!std::string_view(error.what()).starts_with("fuzz:")) std::abort();
  }
  return 0;
}
