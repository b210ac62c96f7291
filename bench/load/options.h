// What the command line asks for.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "bench/load/serializer.h"
#include "client/options.h"
#include "client/wire/endpoint.h"

namespace bench::load {

struct Options {
  std::string workload;  // rpc, pubsub, connect, idle
  wire::Endpoint server;
  std::shared_ptr<const transport::TlsClient> tls;  // if the server wants it
  bool floor = false;                               // the server is wampd-floor
  // Which realm is joined, and as whom; nothing else of it counts.
  client::Options join;

  size_t callers = 1, callees = 1;
  size_t publishers = 1, subscribers = 1;
  size_t connections = 1;
  size_t depth = 1;
  size_t uris = 1;  // of each procedure or topic, which is a prefix then
  size_t payload_size = 100;
  bool acknowledge = false;
  double rate = 0;  // operations that are begun in a second, in an open loop; 0: a closed loop
  size_t threads = 1;

  const Serializer* serializer = &msgpack();       // of callers, publishers and all others
  const Serializer* peer_serializer = &msgpack();  // of callees and subscribers

  double duration_s = 5, warmup_s = 1;
  int server_pid = 0;  // 0: unknown
  bool json_report = false;
  bool progress = false;

  std::string payload() const;
  // What is registered or subscribed to, with its options, for calls of or publications to `uri`.
  std::string pattern(const std::string& uri) const { return uris > 1 ? uri + "." : uri; }
  Dict match() const { return uris > 1 ? Dict{{"match", "prefix"}} : Dict{}; }
};

}  // namespace bench::load
