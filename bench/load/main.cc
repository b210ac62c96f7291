// wampd-load: loads a WAMP router and reports what an operation costs.
//
// Exit status: 0 if all went well, 1 if anything was refused, wrong or lost, 130 after a stop signal.
#include <cstdio>
#include <exception>
#include <memory>

#include "bench/load/measure.h"
#include "bench/wire/stop_signal.h"

namespace bench::load {

namespace {

std::unique_ptr<Workload> make_workload(Loop& loop, const Options& options) {
  if (options.workload == "rpc") return make_rpc(loop, options);
  return options.workload == "pubsub" ? make_pubsub(loop, options) : make_connect(loop, options);
}

Report run(const Options& options) {
  Loop loop;
  if (options.workload == "idle") return measure_idle(loop, options);
  const auto workload = make_workload(loop, options);
  return measure(*workload, loop, options);
}

int run(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  wire::catch_stop_signals();
  wire::raise_descriptor_limit();
  const Report report = run(options);
  std::fputs((options.json_report ? report.to_json(options) : report.to_text(options)).c_str(), stdout);
  if (!report.faultless()) {
    std::fprintf(stderr, "wampd-load: %s\n", report.complaint().c_str());
    return 1;
  }
  return wire::stop_requested() ? 130 : 0;
}

}  // namespace

}  // namespace bench::load

int main(int argc, char** argv) {
  try {
    return bench::load::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wampd-load: %s\n", error.what());
    return 1;
  }
}
