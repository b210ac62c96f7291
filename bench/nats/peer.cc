#include "bench/nats/peer.h"

#include <stdexcept>

#include <nats/nats.h>

namespace bench::nats {

namespace {

void check(natsStatus status, const char* what) {
  if (status != NATS_OK)
    throw std::runtime_error(std::string("NATS: cannot ").append(what) + ": " + natsStatus_GetText(status));
}

struct OptionsDeleter {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};

void deliver(natsConnection*, natsSubscription*, natsMsg* message, void* callback) {
  const std::string_view data(natsMsg_GetData(message), static_cast<size_t>(natsMsg_GetDataLength(message)));
  (*static_cast<Peer::Callback*>(callback))({natsMsg_GetSubject(message), natsMsg_GetReply(message), data});
  natsMsg_Destroy(message);
}

}  // namespace

struct Peer::Connection {
  natsConnection* connection = nullptr;
  natsSubscription* subscription = nullptr;
  Callback callback;
};

Peer::Peer(const std::string& url, Writing writing) : connection_(std::make_unique<Connection>()) {
  natsOptions* made = nullptr;
  check(natsOptions_Create(&made), "make options");
  const std::unique_ptr<natsOptions, OptionsDeleter> options(made);
  check(natsOptions_SetURL(made, url.c_str()), "use this URL");
  check(natsOptions_SetSendAsap(made, writing == Writing::at_once), "set options");
  check(natsConnection_Connect(&connection_->connection, made), "connect");
}

Peer::~Peer() {
  natsConnection_Close(connection_->connection);
  natsSubscription_Destroy(connection_->subscription);
  natsConnection_Destroy(connection_->connection);
}

void Peer::subscribe(const std::string& subject, Callback callback) {
  connection_->callback = std::move(callback);
  check(natsConnection_Subscribe(&connection_->subscription, connection_->connection, subject.c_str(),
                                 deliver, &connection_->callback),
        "subscribe");
}

void Peer::flush() {
  check(natsConnection_Flush(connection_->connection), "flush");
}

void Peer::publish(const char* subject, std::string_view data) {
  check(natsConnection_Publish(connection_->connection, subject, data.data(), static_cast<int>(data.size())),
        "publish");
}

void Peer::request(const char* subject, const char* reply, std::string_view data) {
  check(natsConnection_PublishRequest(connection_->connection, subject, reply, data.data(),
                                      static_cast<int>(data.size())),
        "request");
}

}  // namespace bench::nats
