// The one door to cnats: its types with owners, and how a connection is asked for.
//
// For nats_connection.cc and nats_bucket.cc only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <nats/nats.h>

#include "router/cluster/nats/nats_settings.h"

namespace router::cluster::cnats {

template <auto destroy>
struct Destroyer {
  void operator()(auto* object) const { destroy(object); }
};
using Options = std::unique_ptr<natsOptions, Destroyer<natsOptions_Destroy>>;
using Message = std::unique_ptr<natsMsg, Destroyer<natsMsg_Destroy>>;
using Subscription = std::unique_ptr<natsSubscription, Destroyer<natsSubscription_Destroy>>;
using Connection = std::unique_ptr<natsConnection, Destroyer<natsConnection_Destroy>>;
using KeyStore = std::unique_ptr<kvStore, Destroyer<kvStore_Destroy>>;
using JetStream = std::unique_ptr<jsCtx, Destroyer<jsCtx_Destroy>>;

// Connects once, at most two seconds for each server, and never again by itself; files are read. What the
// server refuses later is logged. What is wrong, if something is: TLS, with which a call of cnats may wait
// for ever, when a server stops in the middle of a record.
std::optional<std::string> make_options(const NatsSettings& settings, const std::string& purpose,
                                        Options& made);

// Of the call that this thread has made last.
std::string last_error(natsStatus status);

// As host and port, without the password that may be in its URL.
std::string server_of(natsConnection* connection);

}  // namespace router::cluster::cnats
