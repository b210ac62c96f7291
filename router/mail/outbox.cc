#include "router/mail/outbox.h"

namespace router {

void Outbox::refuse(const SessionRef& to, wamp::MessageType request_type, wamp::RequestId request,
                    std::string_view error_uri, std::string_view text) {
  wamp::Error error;
  error.request_type = request_type;
  error.request = request;
  error.error = error_uri;
  send(to, std::move(error), make_payload({{wamp::Value(text)}, {}}));
}

void Outbox::refuse(const CallId& call, std::string_view error_uri, std::string_view text) {
  wamp::Error error{wamp::Call::type, call.request, {}, std::string(error_uri), {}};
  post(Answer{call.caller, call.number, call.request, std::move(error), make_payload({{text}, {}})});
}

void Outbox::fence(Fenced&& last_word) {
  const auto workers = static_cast<uint32_t>(mailboxes_.size());
  const auto state = std::make_shared<Fence::State>(workers, std::move(last_word));
  for (Mailbox* const mailbox : mailboxes_) mailbox->post<Fence>(Fence{state});
}

void Outbox::pass(Fence& fence) {
  Fence::State& state = *fence.state;
  if (state.left.fetch_sub(1) > 1) return;
  try {
    mailboxes_[state.last_word.to.worker]->post<Fenced>(Fenced(state.last_word));
  } catch (...) {
    state.left.fetch_add(1);
    throw;
  }
}

}  // namespace router
