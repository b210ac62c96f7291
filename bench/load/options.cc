#include "bench/load/options.h"

#include <cstdlib>
#include <stdexcept>

#include <CLI/CLI.hpp>

namespace bench::load {

namespace {

// What is read from the command line before it becomes Options.
struct Words {
  std::string url = "ws://127.0.0.1:8080/ws";
  std::string serializer = "msgpack";
  std::string peer_serializer;
  size_t pairs = 1;
};

wire::Endpoint endpoint_of(const std::string& url) {
  try {
    return wire::parse_url(url);
  } catch (const std::invalid_argument& error) {
    throw CLI::ValidationError("--url", error.what());
  }
}

const Serializer* serializer_named(const std::string& name) {
  return name == "json" ? &json() : &msgpack();
}

void add_workload_options(CLI::App& app, Options& options, Words& words) {
  const auto amount = CLI::Range(1, 100000);
  app.add_option("workload", options.workload, "rpc, pubsub, connect or idle")
      ->required()
      ->check(CLI::IsMember({"rpc", "pubsub", "connect", "idle"}));
  CLI::Option* pairs =
      app.add_option("--pairs", words.pairs, "rpc: so many callers, each with a callee of its own");
  pairs->check(amount)->capture_default_str();
  app.add_option("--callers", options.callers, "rpc: caller i calls procedure i modulo --callees")
      ->check(amount)
      ->excludes(pairs);
  app.add_option("--callees", options.callees, "rpc: one procedure each")->check(amount)->excludes(pairs);
  app.add_option("--publishers", options.publishers, "pubsub: one topic each")
      ->check(amount)
      ->capture_default_str();
  app.add_option("--subscribers", options.subscribers,
                 "pubsub: subscriber i subscribes to topic i modulo --publishers")
      ->check(amount)
      ->capture_default_str();
  app.add_option("--connections", options.connections, "connect: at a time; idle: in total")
      ->check(amount)
      ->capture_default_str();
  app.add_option("--depth", options.depth, "calls in flight on each caller; publications on each publisher")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--payload", options.payload_size,
                 "bytes of the one string argument; wampd takes messages of 16 MiB unless its "
                 "max_message_size says otherwise")
      ->check(CLI::Range(0, 16 << 20))
      ->capture_default_str();
  app.add_flag("--acknowledge", options.acknowledge, "pubsub: publications are acknowledged");
}

void add_common_options(CLI::App& app, Options& options, Words& words) {
  const auto serializers = CLI::IsMember({"json", "msgpack"});
  app.add_option("--serializer", words.serializer)->check(serializers)->capture_default_str();
  app.add_option("--callee-serializer,--subscriber-serializer", words.peer_serializer,
                 "default: --serializer")
      ->check(serializers);
  app.add_option("--url", words.url, std::string("the server: ").append(wire::kUrlForms))
      ->capture_default_str();
  app.add_option("--realm", options.realm)->capture_default_str();
  app.add_flag("--floor", options.floor, "the server is wampd-floor: same messages, relayed without WAMP");
  app.add_option("--duration", options.duration_s, "seconds measured")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  app.add_option("--warmup", options.warmup_s, "seconds before that")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  app.add_option("--pid", options.server_pid, "the server's process, to report its CPU time and memory");
  app.add_flag("--json", options.json_report, "report as one line of JSON");
}

void finish(Options& options, const Words& words, bool pairs) {
  options.server = endpoint_of(words.url);
  options.serializer = serializer_named(words.serializer);
  options.peer_serializer =
      words.peer_serializer.empty() ? options.serializer : serializer_named(words.peer_serializer);
  if (pairs) options.callers = options.callees = words.pairs;
  if (options.subscribers < options.publishers) {
    throw CLI::ValidationError("--subscribers", "must not be less than --publishers: every topic needs one");
  }
  if (!options.floor) return;
  if (options.workload != "rpc" && options.workload != "pubsub") {
    throw CLI::ValidationError("--floor", "has the workloads rpc and pubsub only");
  }
  if (options.server.protocol != wire::Protocol::websocket || !options.server.socket.empty())
    throw CLI::ValidationError("--floor", "is a relay of WebSocket over TCP only");
  if (options.callers != options.callees) throw CLI::ValidationError("--floor", "relays between pairs only");
  if (options.acknowledge) throw CLI::ValidationError("--floor", "acknowledges nothing");
}

}  // namespace

std::string Options::payload() const {
  std::string text;
  for (size_t i = 0; i < payload_size; ++i) text.push_back(static_cast<char>('a' + i % 26));
  return text;
}

Options parse_options(int argc, char** argv) {
  Options options;
  Words words;
  CLI::App app("Loads a WAMP router and reports what an operation costs", "wampd-load");
  add_workload_options(app, options, words);
  add_common_options(app, options, words);
  try {
    app.parse(argc, argv);
    finish(options, words, app.count("--callers") + app.count("--callees") == 0);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return options;
}

}  // namespace bench::load
