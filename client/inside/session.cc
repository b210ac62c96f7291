#include "client/session.h"

#include <utility>

#include "client/inside/conversation.h"

namespace client {

class Session::Inside final {
 public:
  Inside(Loop& loop, Options options, Handlers handlers)
      : conversation(std::make_shared<Conversation>(loop, std::move(options), std::move(handlers))) {
    conversation->begin();
  }
  ~Inside() { conversation->abandon(); }

  const std::shared_ptr<Conversation> conversation;
};

Session::Session(Loop& loop, Options options, Handlers handlers)
    : inside_(std::make_unique<Inside>(loop, std::move(options), std::move(handlers))) {}
Session::~Session() = default;

const Joined* Session::joined() const {
  return inside_->conversation->joined();
}
bool Session::ended() const {
  return inside_->conversation->ended();
}
void Session::leave(std::string_view reason, std::chrono::milliseconds patience) {
  inside_->conversation->leave(reason, patience);
}

wamp::RequestId Session::call(std::string_view procedure, const Payload& payload, CallOptions options,
                              OnReply on_reply) {
  return inside_->conversation->calls().call(procedure, payload, std::move(options), std::move(on_reply));
}
void Session::send_more(wamp::RequestId call, const Payload& payload, bool is_last) {
  inside_->conversation->calls().send_more(call, payload, is_last);
}
void Session::cancel(wamp::RequestId call, CancelMode mode) {
  inside_->conversation->calls().cancel(call, mode);
}

bool Session::publish(std::string_view topic, const Payload& payload, const wamp::Dict& options,
                      OnPublished done) {
  return inside_->conversation->topics().publish(topic, payload, options, std::move(done));
}
void Session::subscribe(std::string_view topic, OnEvent on_event, const wamp::Dict& options,
                        OnSubscribed done) {
  inside_->conversation->topics().subscribe(topic, std::move(on_event), options, std::move(done));
}
void Session::unsubscribe(wamp::SubscriptionId subscription, OnDone done) {
  inside_->conversation->topics().unsubscribe(subscription, std::move(done));
}

void Session::register_procedure(std::string_view procedure, OnInvocation on_invocation,
                                 const wamp::Dict& options, OnRegistered done) {
  inside_->conversation->procedures().register_procedure(procedure, std::move(on_invocation), options,
                                                         std::move(done));
}
void Session::unregister(wamp::RegistrationId registration, OnDone done) {
  inside_->conversation->procedures().unregister(registration, std::move(done));
}
void Session::on_revoked(std::function<void(const Revoked&)> call) {
  inside_->conversation->set_on_revoked(std::move(call));
}

void Session::ping(std::function<void(std::optional<std::chrono::nanoseconds>)> done) {
  inside_->conversation->ping(std::move(done));
}
size_t Session::queued_bytes() const {
  return inside_->conversation->queued_bytes();
}

}  // namespace client
