#include "router/member/waiting_requests.h"

namespace router {

void WaitingRequests::on_answer(const wamp::Message& message) {
  using wamp::MessageType;
  const auto* error = std::get_if<wamp::Error>(&message);
  if (const auto* published = std::get_if<wamp::Published>(&message))
    remove(MessageType::publish, published->request);
  else if (const auto* registered = std::get_if<wamp::Registered>(&message))
    remove(MessageType::register_, registered->request);
  else if (const auto* subscribed = std::get_if<wamp::Subscribed>(&message))
    remove(MessageType::subscribe, subscribed->request);
  else if (const auto* result = std::get_if<wamp::CallResult>(&message))
    remove(MessageType::call, result->request);
  else if (error &&
           (error->request_type == MessageType::publish || error->request_type == MessageType::register_ ||
            error->request_type == MessageType::subscribe || error->request_type == MessageType::call))
    remove(error->request_type, error->request);
}

bool wants_acknowledgement(const wamp::Publish& message) {
  const wamp::Value* acknowledge = message.options.find("acknowledge");
  const bool* wanted = acknowledge ? acknowledge->get<bool>() : nullptr;
  return wanted && *wanted;
}

}  // namespace router
