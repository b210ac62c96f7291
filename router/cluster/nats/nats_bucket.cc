#include "router/cluster/nats/nats_bucket.h"

#include "router/cluster/nats/cnats.h"

namespace router::cluster {

std::optional<std::string> make_bucket(const NatsSettings& settings, int replicas) {
  cnats::Options options;
  if (auto wrong = cnats::make_options(settings, "init", options)) return wrong;
  natsConnection* connection = nullptr;
  natsStatus status = natsConnection_Connect(&connection, options.get());
  const cnats::Connection connected(connection);
  jsCtx* made = nullptr;
  if (status == NATS_OK) status = natsConnection_JetStream(&made, connection, nullptr);
  const cnats::JetStream jet_stream(made);
  kvStore* store = nullptr;
  if (status == NATS_OK) {
    const std::string bucket = settings.bucket();
    kvConfig config;
    kvConfig_Init(&config);
    config.Bucket = bucket.c_str();
    config.Replicas = replicas;
    status = js_CreateKeyValue(&store, jet_stream.get(), &config);
  }
  const cnats::KeyStore bucket(store);
  if (status == NATS_OK) return std::nullopt;
  return cnats::last_error(status);
}

}  // namespace router::cluster
