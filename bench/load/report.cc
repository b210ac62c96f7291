#include "bench/load/report.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "bench/load/duration.h"

namespace bench::load {

namespace {

__attribute__((format(printf, 1, 2))) std::string format(const char* pattern, ...) {
  std::array<char, 512> text{};
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text.data(), text.size(), pattern, arguments);
  va_end(arguments);
  return text.data();
}

double microseconds(uint64_t ns) {
  return static_cast<double>(ns) / 1000;
}

double ratio(double a, uint64_t b) {
  return b == 0 ? 0 : a / static_cast<double>(b);
}

using Count = unsigned long long;

std::string json_number_or_null(bool known, double value) {
  return known ? format("%.4f", value) : "null";
}

struct Percentile {
  double fraction;
  const char* name;  // for people
  const char* key;   // in JSON
};
constexpr std::array<Percentile, 4> kPercentiles = {
    {{0.5, "p50", "p50_us"}, {0.9, "p90", "p90_us"}, {0.99, "p99", "p99_us"}, {0.999, "p99.9", "p999_us"}}};

std::string latency_text(const Histogram& latency) {
  if (latency.count() == 0) return {};
  std::string text = "latency: ";
  for (const auto& [fraction, name, key] : kPercentiles)
    text += format("%s %s, ", name, duration_text(latency.quantile_ns(fraction)).c_str());
  return text + "max " + duration_text(latency.max_ns()) + "\n";
}

const char* operations_of(const std::string& workload) {
  if (workload == "rpc") return "calls";
  return workload == "pubsub" ? "events" : "sessions";
}

// What makes the figures the generator's own.
std::string warnings(const Report& report, const Options& options) {
  std::string text;
  if (report.generator_bound())
    text += format(
        "The load generator was the bottleneck: %s busy %.0f %% of the time. Throughput and latency are its "
        "own, "
        "not the server's: use more --threads, or load from more machines.\n",
        report.threads == 1 ? "it was" : "its busiest thread was", 100 * report.busiest);
  else if (report.waiting_most > 0.1)
    text += format(
        "The load generator had to wait for a core %.0f %% of the time: that is in the latency. Leave it a "
        "core that "
        "nobody else uses.\n",
        100 * report.waiting_most);
  if (static_cast<double>(report.overdue) > options.rate / 100)
    text += format("The rate was not reached: %llu operations were due and not begun at the end.\n",
                   static_cast<Count>(report.overdue));
  return text;
}

}  // namespace

void Part::set_faults(const Tally& whole_run, uint64_t outstanding) {
  measured.errors = whole_run.errors;
  measured.wrong = whole_run.wrong;
  measured.first_fault = whole_run.first_fault;
  lost = outstanding;
}

void Report::add(const Part& part) {
  measured.add(part.measured);
  seconds = std::max(seconds, part.seconds);
  ++threads;
  own_cpu_ns += part.own.cpu_ns;
  busiest = std::max(busiest, part.own.busy());
  waiting_most = std::max(waiting_most, part.own.waiting());
  server_cpu_ns += part.server_cpu_ns;
  reads += part.reads;
  messages += part.messages;
  lost += part.lost;
  overdue += part.overdue;
}

std::string Report::to_text(const Options& options) const {
  const uint64_t operations = measured.operations;
  const auto of_a_core = [this](uint64_t cpu_ns) { return static_cast<double>(cpu_ns) / 1e7 / seconds; };
  std::string text =
      format("%s%s: %llu %s in %.2f s: %.0f op/s\n", options.workload.c_str(),
             options.floor ? " over the floor" : "", static_cast<Count>(operations),
             operations_of(options.workload), seconds, static_cast<double>(operations) / seconds);
  text += latency_text(measured.latency);
  if (server_cpu_ns != 0)
    text += format("server CPU: %.3f us/op, %.0f %% of a core\n",
                   ratio(microseconds(server_cpu_ns), operations), of_a_core(server_cpu_ns));
  text += format("own CPU: %.3f us/op, %.0f %% of a core", ratio(microseconds(own_cpu_ns), operations),
                 of_a_core(own_cpu_ns));
  if (threads > 1) text += format(" (%zu threads, the busiest %.0f %%)", threads, 100 * busiest);
  text += format("; %.1f messages/read\n", ratio(static_cast<double>(messages), reads));
  if (resident_bytes_per_session)
    text += format("server memory: %.0f bytes/session\n", *resident_bytes_per_session);
  return text + warnings(*this, options);
}

std::string Report::to_json(const Options& options) const {
  const uint64_t operations = measured.operations;
  std::string text =
      format("{\"workload\":\"%s\",\"floor\":%s,\"operations\":%llu,\"seconds\":%.3f,\"ops_per_s\":%.1f",
             options.workload.c_str(), options.floor ? "true" : "false", static_cast<Count>(operations),
             seconds, static_cast<double>(operations) / seconds);
  for (const auto& [fraction, name, key] : kPercentiles)
    text += format(",\"%s\":%.2f", key, microseconds(measured.latency.quantile_ns(fraction)));
  text += format(",\"max_us\":%.2f", microseconds(measured.latency.max_ns()));
  text += ",\"server_cpu_us_per_op\":" +
          json_number_or_null(server_cpu_ns != 0, ratio(microseconds(server_cpu_ns), operations));
  text += format(",\"own_cpu_us_per_op\":%.4f,\"messages_per_read\":%.2f",
                 ratio(microseconds(own_cpu_ns), operations), ratio(static_cast<double>(messages), reads));
  text += format(",\"threads\":%zu,\"own_busy\":%.3f,\"own_waiting\":%.3f,\"generator_bound\":%s", threads,
                 busiest, waiting_most, generator_bound() ? "true" : "false");
  text += ",\"resident_bytes_per_session\":" +
          json_number_or_null(resident_bytes_per_session.has_value(), resident_bytes_per_session.value_or(0));
  text += format(",\"overdue\":%llu,\"errors\":%llu,\"wrong\":%llu,\"lost\":%llu}\n",
                 static_cast<Count>(overdue), static_cast<Count>(measured.errors),
                 static_cast<Count>(measured.wrong), static_cast<Count>(lost));
  return text;
}

std::string Report::complaint() const {
  if (measured.faults() + lost == 0) return "no operation was completed";
  std::string text =
      format("%llu errors, %llu wrong messages, %llu lost operations", static_cast<Count>(measured.errors),
             static_cast<Count>(measured.wrong), static_cast<Count>(lost));
  if (!measured.first_fault.empty()) text += "; the first: " + measured.first_fault;
  return text;
}

}  // namespace bench::load
