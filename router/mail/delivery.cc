#include "router/mail/delivery.h"

namespace router {

RoutedPayload payload_of(const Refusal& why) {
  return make_payload({{wamp::Value(why.text)}, {}});
}

std::variant<Delivery, Answer> error_of(const Refused& refused) {
  wamp::Error error = error_of(refused.request_type, refused.request, refused.why);
  RoutedPayload payload = payload_of(refused.why);
  if (refused.number == 0) return Delivery(refused.to, std::move(error), std::move(payload));
  return Answer(CallId{refused.to, refused.number, refused.request}, std::move(error), std::move(payload),
                refused.not_taken ? Answer::Kind::not_taken : Answer::Kind::last);
}

}  // namespace router
