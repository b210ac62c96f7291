#include "bench/load/report.h"

#include <array>
#include <cstdarg>
#include <cstdio>

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

}  // namespace

void Report::set_faults(const Tally& tally, uint64_t outstanding) {
  errors = tally.errors;
  wrong = tally.wrong;
  lost = outstanding;
  first_fault = tally.first_fault;
}

std::string Report::to_text(const Options& options) const {
  std::string text = format("%s%s: %llu operations in %.2f s: %.0f op/s\n", options.workload.c_str(),
                            options.floor ? " over the floor" : "", static_cast<Count>(operations), seconds,
                            static_cast<double>(operations) / seconds);
  if (latency.count() != 0) {
    text += format("latency: p50 %.1f us, p99 %.1f us, max %.1f us\n", microseconds(latency.quantile_ns(0.5)),
                   microseconds(latency.quantile_ns(0.99)), microseconds(latency.max_ns()));
  }
  if (server_cpu_ns != 0)
    text += format("server CPU: %.3f us/op\n", ratio(microseconds(server_cpu_ns), operations));
  text += format("own CPU: %.3f us/op, %.1f messages/read\n", ratio(microseconds(own_cpu_ns), operations),
                 ratio(static_cast<double>(messages), reads));
  if (resident_bytes_per_session)
    text += format("server memory: %.0f bytes/session\n", *resident_bytes_per_session);
  return text;
}

std::string Report::to_json(const Options& options) const {
  std::string text =
      format("{\"workload\":\"%s\",\"floor\":%s,\"operations\":%llu,\"seconds\":%.3f,\"ops_per_s\":%.1f",
             options.workload.c_str(), options.floor ? "true" : "false", static_cast<Count>(operations),
             seconds, static_cast<double>(operations) / seconds);
  text += format(",\"p50_us\":%.2f,\"p99_us\":%.2f,\"max_us\":%.2f", microseconds(latency.quantile_ns(0.5)),
                 microseconds(latency.quantile_ns(0.99)), microseconds(latency.max_ns()));
  text += ",\"server_cpu_us_per_op\":" +
          json_number_or_null(server_cpu_ns != 0, ratio(microseconds(server_cpu_ns), operations));
  text += format(",\"own_cpu_us_per_op\":%.4f,\"messages_per_read\":%.2f",
                 ratio(microseconds(own_cpu_ns), operations), ratio(static_cast<double>(messages), reads));
  text += ",\"resident_bytes_per_session\":" +
          json_number_or_null(resident_bytes_per_session.has_value(), resident_bytes_per_session.value_or(0));
  text += format(",\"errors\":%llu,\"wrong\":%llu,\"lost\":%llu}\n", static_cast<Count>(errors),
                 static_cast<Count>(wrong), static_cast<Count>(lost));
  return text;
}

std::string Report::complaint() const {
  if (errors + wrong + lost == 0) return "no operation was completed";
  std::string text = format("%llu errors, %llu wrong messages, %llu lost operations",
                            static_cast<Count>(errors), static_cast<Count>(wrong), static_cast<Count>(lost));
  if (!first_fault.empty()) text += "; the first: " + first_fault;
  return text;
}

}  // namespace bench::load
