// wampd-load: "wampd bench" as a program of its own, for the measurements of bench/, which also load others.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <CLI/CLI.hpp>

#include "bench/load/command.h"

int main(int argc, char** argv) {
  CLI::App app("Loads a WAMP router and reports what an operation costs", "wampd-load");
  bench::load::Command command(app);
  CLI11_PARSE(app, argc, argv);
  try {
    return command.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wampd-load: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
