// wampd-floor: a WebSocket relay without WAMP, the floor that the router's costs are compared with.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "bench/floor/relay.h"
#include "client/wire/stop_signal.h"

int main(int argc, char** argv) {
  wire::Address address;
  CLI::App app("A WebSocket relay without WAMP: /a/NAME <-> /b/NAME, /pub/NAME -> all /sub/NAME",
               "wampd-floor");
  app.add_option("--host", address.host, "IPv4 address to listen on")->capture_default_str();
  app.add_option("--port", address.port, "port to listen on; 0: any free one")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    wire::catch_stop_signals();
    wire::raise_descriptor_limit();
    bench::floor::Relay relay(address);
    std::printf("listening on port %u\n", relay.port());
    std::fflush(stdout);
    relay.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wampd-floor: %s\n", error.what());
    return 1;
  }
  return 0;
}
