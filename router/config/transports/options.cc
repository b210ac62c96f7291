#include "router/config/transports/options.h"

#include <algorithm>
#include <string>

#include "router/config/document/read_limits.h"

namespace router::config {
namespace {

const Words ignored_websocket_options = {"allow_null_origin",
                                         "apply_mask",
                                         "auto_fragment_size",
                                         "auto_ping_restart_on_any_traffic",
                                         "auto_ping_size",
                                         "echo_close_codereason",
                                         "enable_flash_policy",
                                         "enable_hybi10",
                                         "enable_rfc6455",
                                         "enable_webstatus",
                                         "external_port",
                                         "fail_by_drop",
                                         "flash_policy",
                                         "mask_server_frames",
                                         "max_frame_size",
                                         "require_masked_client_frames",
                                         "require_websocket_subprotocol",
                                         "show_server_version",
                                         "tcp_nodelay",
                                         "validate_utf8"};

// An origin is scheme://host[:port]; a pattern that cannot match one is a slip that locks browsers out.
void check_origin(const Setting& setting) {
  const std::string& origin = setting.some_string();
  const size_t scheme_end = origin.find("://");
  const bool has_path =
      scheme_end != std::string::npos && origin.find('/', scheme_end + 3) != std::string::npos;
  if (has_path ||
      (scheme_end == std::string::npos && origin.find('*') == std::string::npos && origin != "null"))
    setting.fail(
        "expected an origin such as \"https://example.com:8443\", without a path, or a pattern with '*', "
        "found " +
        in_quotes(origin));
}

void read_origins(const Setting& options, Transport& transport) {
  const auto list = options.find("allowed_origins");
  Setting::for_each(list ? list->elements() : std::vector<Setting>{}, [&](const Setting& element) {
    check_origin(element);
    transport.allowed_origins.push_back(element.string());
  });
  // To ignore this one would let more in than the file says.
  const auto null_origin = options.find("allow_null_origin");
  const auto& origins = transport.allowed_origins;
  if (null_origin && !null_origin->boolean() &&
      std::find(origins.begin(), origins.end(), "*") != origins.end())
    null_origin->fail("false is not supported yet beside the allowed origin \"*\"");
}

// To keep a context would cost each connection hundreds of kilobytes.
void read_no_context(const Setting& deflate, std::string_view key, std::string_view whose) {
  const auto no_context = deflate.find(key);
  if (no_context && !no_context->boolean())
    no_context->leave_out("false has no effect: " + std::string(whose) +
                          " messages are compressed each by itself");
}

void read_compression(const Setting& compression, Transport& transport) {
  constexpr int64_t min_bits = 9, max_bits = 15, min_level = 1, max_level = 9;
  compression.check_keys({.known = {"deflate"}});
  const auto deflate = compression.find("deflate");
  if (!deflate) return;
  deflate->check_keys({.known = {"request_no_context_takeover", "request_max_window_bits",
                                 "no_context_takeover", "max_window_bits", "memory_level"}});
  auto& options = transport.compression.emplace();
  read_integer(*deflate, "max_window_bits", options.window_bits, min_bits, max_bits);
  read_integer(*deflate, "request_max_window_bits", options.client_window_bits, min_bits, max_bits);
  read_integer(*deflate, "memory_level", options.memory_level, min_level, max_level);
  read_no_context(*deflate, "no_context_takeover", "the router's");
  read_no_context(*deflate, "request_no_context_takeover", "clients'");
}

void read_crossbar_options(const Setting& options, Transport& transport) {
  Keys keys{.known = {"allowed_origins", "compression"}, .ignored = ignored_websocket_options};
  keys.ignored.insert(keys.ignored.end(), ignored_web_options.begin(), ignored_web_options.end());
  for (const auto& limit : transport_limits)
    if (!limit.option.empty()) keys.known.push_back(limit.option);
  options.check_keys(keys);

  options.reads([&] { read_origins(options, transport); });
  options.given("compression", [&](const Setting& compression) { read_compression(compression, transport); });
  for (const auto& limit : transport_limits) {
    if (limit.option.empty()) continue;
    options.given(limit.option, [&](const Setting& option) {
      if (const int64_t value = option.integer(0, limit.max); value > 0)
        limit.set(transport.limits, value);
      else  // Crossbar's way to say: no limit
        option.leave_out("0 has no effect: there is always a limit, the default");
    });
  }
}

void read_transport_limits(const Setting& setting, const std::optional<Setting>& options,
                           TransportLimits& limits) {
  read_limits(setting, transport_limits, limits);
  for (const auto& limit : transport_limits)
    if (const auto value = setting.find(limit.name);
        value && options && !limit.option.empty() && options->find(limit.option))
      value->fail("is already given in \"options\" as " + in_quotes(limit.option));
}

}  // namespace

const Words ignored_web_options = {"access_log", "client_timeout", "display_tracebacks", "hsts",
                                   "hsts_max_age"};

void read_options(const std::optional<Setting>& options, const std::optional<Setting>& limits,
                  Transport& transport) {
  if (options) options->reads([&] { read_crossbar_options(*options, transport); });
  if (limits) limits->reads([&] { read_transport_limits(*limits, options, transport.limits); });

  // A message that no queue has room for would cost every receiver its connection.
  const uint64_t message = transport.limits.max_message_size;
  uint64_t& queue = transport.limits.max_queued_bytes;
  const auto queue_setting = limits ? limits->find("max_queued_bytes") : std::nullopt;
  if (queue < message && queue_setting)
    queue_setting->fail("is less than the maximum message size, " + std::to_string(message));
  queue = std::max(queue, message);
}

}  // namespace router::config
