#include "router/config/options.h"

#include <algorithm>
#include <string>
#include <variant>

namespace router::config {
namespace {

constexpr int64_t max_bytes = int64_t{1} << 30;
constexpr int64_t max_queue = int64_t{1} << 40;
constexpr int64_t max_nesting = 1000;
constexpr int64_t max_count = UINT32_MAX;
constexpr int64_t one_day_ms = 24 * 60 * 60 * 1000;

struct Limit {
  std::string_view name;    // in "limits"
  std::string_view option;  // in "options", Crossbar's name for the same; "" if it has none
  std::variant<uint32_t TransportLimits::*, uint64_t TransportLimits::*> field;
  int64_t max;
};

const std::vector<Limit> all_limits = {
    {"max_message_size", "max_message_size", &TransportLimits::max_message_size, max_bytes},
    {"max_queued_bytes", "", &TransportLimits::max_queued_bytes, max_queue},
    {"max_depth", "", &TransportLimits::max_depth, max_nesting},
    {"max_connections", "", &TransportLimits::max_connections, max_count},
    {"handshake_timeout_ms", "open_handshake_timeout", &TransportLimits::handshake_timeout_ms, one_day_ms},
    {"ping_interval_ms", "auto_ping_interval", &TransportLimits::ping_interval_ms, one_day_ms},
    {"ping_timeout_ms", "auto_ping_timeout", &TransportLimits::ping_timeout_ms, one_day_ms},
    {"close_timeout_ms", "close_handshake_timeout", &TransportLimits::close_timeout_ms, one_day_ms},
    {"failed_logins_per_authid", "", &TransportLimits::failed_logins_per_authid, max_count},
    {"failed_logins_per_address", "", &TransportLimits::failed_logins_per_address, max_count},
    {"lockout_ms", "", &TransportLimits::lockout_ms, one_day_ms},
};

const Words ignored_websocket_options = {"allow_null_origin",
                                         "apply_mask",
                                         "auto_fragment_size",
                                         "auto_ping_restart_on_any_traffic",
                                         "auto_ping_size",
                                         "compression",
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

void set(const Limit& limit, int64_t value, TransportLimits& limits) {
  std::visit(
      [&](auto field) {
        limits.*field = static_cast<std::remove_reference_t<decltype(limits.*field)>>(value);
      },
      limit.field);
}

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
  for (const Setting& element : list ? list->elements() : std::vector<Setting>{}) {
    check_origin(element);
    transport.allowed_origins.push_back(element.string());
  }
  // To ignore this one would let more in than the file says.
  const auto null_origin = options.find("allow_null_origin");
  const auto& origins = transport.allowed_origins;
  if (null_origin && !null_origin->boolean() &&
      std::find(origins.begin(), origins.end(), "*") != origins.end())
    null_origin->fail("false is not supported yet beside the allowed origin \"*\"");
}

void read_crossbar_options(const Setting& options, Transport& transport) {
  Keys keys{.known = {"allowed_origins"}, .ignored = ignored_websocket_options};
  keys.ignored.insert(keys.ignored.end(), ignored_web_options.begin(), ignored_web_options.end());
  for (const Limit& limit : all_limits)
    if (!limit.option.empty()) keys.known.push_back(limit.option);
  options.check_keys(keys);

  read_origins(options, transport);
  for (const Limit& limit : all_limits) {
    const auto option = limit.option.empty() ? std::nullopt : options.find(limit.option);
    if (!option) continue;
    if (const int64_t value = option->integer(0, limit.max); value > 0)
      set(limit, value, transport.limits);
    else  // Crossbar's way to say: no limit
      option->notice("0 has no effect: there is always a limit, the default");
  }
}

void read_limits(const Setting& setting, const std::optional<Setting>& options, TransportLimits& limits) {
  Keys keys;
  for (const Limit& limit : all_limits) keys.known.push_back(limit.name);
  setting.check_keys(keys);
  for (const Limit& limit : all_limits) {
    const auto value = setting.find(limit.name);
    if (!value) continue;
    if (options && !limit.option.empty() && options->find(limit.option))
      value->fail("is already given in \"options\" as " + in_quotes(limit.option));
    set(limit, value->integer(1, limit.max), limits);
  }
}

}  // namespace

const Words ignored_web_options = {"access_log", "client_timeout", "display_tracebacks", "hsts",
                                   "hsts_max_age"};

void read_options(const std::optional<Setting>& options, const std::optional<Setting>& limits,
                  Transport& transport) {
  if (options) read_crossbar_options(*options, transport);
  if (limits) read_limits(*limits, options, transport.limits);

  // A message that no queue has room for would cost every receiver its connection.
  const uint64_t message = transport.limits.max_message_size;
  uint64_t& queue = transport.limits.max_queued_bytes;
  const auto queue_setting = limits ? limits->find("max_queued_bytes") : std::nullopt;
  if (queue < message && queue_setting)
    queue_setting->fail("is less than the maximum message size, " + std::to_string(message));
  queue = std::max(queue, message);
}

}  // namespace router::config
