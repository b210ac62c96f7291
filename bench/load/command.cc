#include "bench/load/command.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "bench/load/failure.h"
#include "bench/load/frame_template.h"
#include "bench/load/measure.h"
#include "client/wire/stop_signal.h"
#include "client/wire/tcp.h"

namespace bench::load {

namespace {

constexpr const char* kTicketVariable = "WAMPD_BENCH_TICKET";
constexpr size_t kOpenLoopDepth = 1000;

constexpr size_t kMost = 100000;  // of sessions
constexpr size_t kDeepest = 10000;
constexpr size_t kMostThreads = 256;

wire::Endpoint endpoint_of(const std::string& url) {
  try {
    return wire::parse_url(url);
  } catch (const std::invalid_argument& error) {
    throw CLI::ValidationError("--url", error.what());
  }
}

void find_host(wire::Address& address) {
  try {
    wire::look_up(address);
  } catch (const std::runtime_error& error) {
    throw Failure(Failure::Kind::cannot_connect, error.what());
  }
}

// Shells offer what its name says.
CLI::Validator one_of(const std::vector<std::string>& words) {
  return CLI::IsMember(words).description("").name(CLI::detail::join(words));
}

const Serializer* serializer_named(const std::string& name) {
  return name == "json" ? &json() : &msgpack();
}

}  // namespace

Command::Command(CLI::App& app) : app_(app) {
  add_workload_options();
  add_server_options();
  add_measurement_options();
  app_.callback([this] { finish(); });
}

CLI::Option* Command::add_amount(const char* name, size_t& amount, size_t most, const std::string& what) {
  return app_.add_option(name, amount, what)
      ->type_name("N")
      ->check(CLI::Range(size_t{1}, most).description(""));
}

void Command::add_workload_options() {
  app_.option_defaults()->group("Workload");
  app_.add_option("workload", options_.workload,
                  "rpc: calls; pubsub: events; connect: sessions that come and go; idle: sessions that stay")
      ->required()
      ->type_name("WORKLOAD")
      ->check(one_of({"rpc", "pubsub", "connect", "idle"}));
  CLI::Option* const pairs = add_amount("--pairs", words_.pairs, kMost,
                                        "rpc: so many callers, each with a callee of its own; default: 1");
  add_amount("--callers", options_.callers, kMost,
             "rpc, instead: caller i calls procedure i modulo --callees")
      ->excludes(pairs);
  add_amount("--callees", options_.callees, kMost, "rpc, instead: one procedure each")->excludes(pairs);
  add_amount("--publishers", options_.publishers, kMost, "pubsub: one topic each; default: 1");
  add_amount("--subscribers", options_.subscribers, kMost,
             "pubsub: subscriber i subscribes to topic i modulo --publishers; default: 1");
  add_amount("--connections", options_.connections, kMost, "connect: at a time; idle: in total; default: 1");
  add_amount("--depth", options_.depth, kDeepest,
             "calls in flight on each caller, publications on each publisher; default: 1, with --rate 1000");
  add_amount("--uris", options_.uris, FrameTemplate::kMostUris,
             "so many URIs of each procedure or topic are used in turn, which is registered or subscribed to "
             "as a prefix; "
             "default: 1");
  app_.add_option(
          "--payload", options_.payload_size,
          "bytes of the one string argument; default: 100. wampd takes messages of 16 MiB, unless its "
          "max_message_size says otherwise")
      ->type_name("N")
      ->check(CLI::Range(0, 16 << 20).description(""));
  app_.add_flag("--acknowledge", options_.acknowledge, "pubsub: publications are acknowledged");
  app_.add_option(
          "--rate", options_.rate,
          "begin so many calls, publications or sessions a second, whether or not those before have "
          "ended; latency counts from when one was due. Default: the next is begun when one has ended")
      ->type_name("N")
      ->check(CLI::Range(0.1, 1e8).description(""));
}

void Command::add_server_options() {
  app_.option_defaults()->group("Server");
  const auto serializers = one_of({"json", "msgpack"});
  app_.add_option("--url", words_.url, std::string(wire::kUrlForms).append("; default: " + words_.url))
      ->type_name("URL");
  app_.add_option(
          "--ca", words_.authorities_file,
          "PEM file of the authorities that may have signed the server's certificate; default: the system's")
      ->type_name("FILE");
  app_.add_option("--realm", options_.join.realm, "default: realm1")->type_name("NAME");
  app_.add_option("--authid", options_.join.login.authid,
                  std::string("log in with a ticket, from --ticket-file or the environment variable ")
                      .append(kTicketVariable)
                      .append("; default: anonymous"))
      ->type_name("NAME");
  app_.add_option("--ticket-file", words_.ticket_file, "its first line is the ticket")
      ->type_name("FILE")
      ->needs("--authid");
  app_.add_option("--serializer", words_.serializer, "msgpack or json; default: msgpack")
      ->type_name("NAME")
      ->check(serializers);
  app_.add_option("--callee-serializer,--subscriber-serializer", words_.peer_serializer,
                  "that of the other side; default: --serializer")
      ->type_name("NAME")
      ->check(serializers);
  app_.add_option("--pid", options_.server_pid, "the server's process, to report its CPU time and memory")
      ->type_name("N");
  app_.add_flag("--floor", options_.floor,
                "it is wampd-floor of wampd's source code: same messages, relayed without WAMP");
}

void Command::add_measurement_options() {
  app_.option_defaults()->group("Measurement");
  add_amount("--threads", options_.threads, kMostThreads,
             "threads of the generator, which share the sessions; default: 1");
  app_.add_option("--duration", options_.duration_s, "measured; default: 5")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.01, 86400.0).description(""));
  app_.add_option("--warmup", options_.warmup_s, "before that; default: 1")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 3600.0).description(""));
  app_.add_flag("--json", options_.json_report, "report as one line of JSON");
  app_.add_flag("--progress", options_.progress,
                "a line each second on the standard error; default: if that is a terminal");
}

void Command::finish() {
  options_.server = endpoint_of(words_.url);
  options_.serializer = serializer_named(words_.serializer);
  options_.peer_serializer =
      words_.peer_serializer.empty() ? options_.serializer : serializer_named(words_.peer_serializer);
  if (app_.count("--callers") + app_.count("--callees") == 0)
    options_.callers = options_.callees = words_.pairs;
  if (options_.rate != 0 && app_.count("--depth") == 0) options_.depth = kOpenLoopDepth;
  if (app_.count("--progress") == 0) options_.progress = ::isatty(STDERR_FILENO) == 1;
  if (options_.subscribers < options_.publishers)
    throw CLI::ValidationError("--subscribers", "must not be less than --publishers: every topic needs one");
  if (options_.workload == "idle" && options_.rate != 0)
    throw CLI::ValidationError("--rate", "means nothing to idle");
  if (!words_.authorities_file.empty() && !options_.server.tls)
    throw CLI::ValidationError("--ca", "the URL has no TLS: wss:// and rss:// have");
  check_threads();
  if (options_.floor) check_floor();
  if (options_.join.login.authid.empty()) return;
  options_.join.login.methods = {"ticket"};
  read_ticket();
}

void Command::check_threads() const {
  const size_t most = options_.workload == "rpc"       ? options_.callers
                      : options_.workload == "pubsub"  ? options_.publishers
                      : options_.workload == "connect" ? options_.connections
                                                       : 1;
  if (options_.threads > most)
    throw CLI::ValidationError("--threads", "there is work for " + std::to_string(most) +
                                                (most == 1 ? " thread only" : " threads only"));
}

void Command::check_floor() const {
  if (options_.workload != "rpc" && options_.workload != "pubsub")
    throw CLI::ValidationError("--floor", "has the workloads rpc and pubsub only");
  if (options_.server.protocol != wire::Protocol::websocket || !options_.server.socket.empty())
    throw CLI::ValidationError("--floor", "is a relay of WebSocket over TCP only");
  if (options_.callers != options_.callees)
    throw CLI::ValidationError("--floor", "relays between pairs only");
  if (options_.uris > 1) throw CLI::ValidationError("--floor", "knows no URIs");
  if (options_.acknowledge) throw CLI::ValidationError("--floor", "acknowledges nothing");
}

void Command::read_ticket() {
  if (!words_.ticket_file.empty()) {
    std::ifstream file(words_.ticket_file);
    if (!std::getline(file, options_.join.login.ticket))
      throw CLI::ValidationError("--ticket-file", "cannot read a line of " + words_.ticket_file);
    if (options_.join.login.ticket.empty())
      throw CLI::ValidationError("--ticket-file", "the first line of " + words_.ticket_file + " is empty");
    return;
  }
  const char* const ticket = std::getenv(kTicketVariable);
  if (ticket == nullptr || *ticket == '\0')
    throw CLI::ValidationError(
        "--authid", std::string("needs --ticket-file or the environment variable ") + kTicketVariable);
  options_.join.login.ticket = ticket;
}

int Command::run() const {
  wire::catch_stop_signals();
  wire::raise_descriptor_limit();
  Options options = options_;
  if (options.server.socket.empty()) find_host(options.server.address);
  if (options.server.tls) options.tls = transport::TlsClient::load({.authorities = words_.authorities_file});
  const Report report = options.workload == "idle" ? measure_idle(options) : measure(options);
  std::fputs((options.json_report ? report.to_json(options) : report.to_text(options)).c_str(), stdout);
  if (!report.faultless()) throw std::runtime_error(report.complaint());
  return wire::stop_requested() ? 130 : 0;
}

}  // namespace bench::load
