#include "router/entrance/inquiry.h"

#include <utility>

#include "transport/connection/connection.h"
#include "transport/memory/has_memory_for.h"

namespace router {
namespace {

serializers::Arguments arguments_of(const RoutedPayload& payload) {
  return serializers::decode_arguments(payload.format, {payload.bytes(), payload.count});
}

Inquiry::Error error_of(const wamp::Error& message, const RoutedPayload& payload) {
  const auto arguments = arguments_of(payload);
  const auto* text = arguments.args.empty() ? nullptr : arguments.args.front().get<std::string>();
  return {std::string(message.error), text ? *text : ""};
}

}  // namespace

wamp::Value result_of(const serializers::Arguments& arguments) {
  if (arguments.args.empty() && !arguments.kwargs.empty()) return wamp::Value(arguments.kwargs);
  return arguments.args.empty() ? wamp::Value() : arguments.args.front();
}

Inquiry::Inquiry(Worker& worker, std::shared_ptr<Realm> realm, transport::Connection& asker,
                 const Question& question, std::function<void(const Answer&)> on_answer)
    : realm_(std::move(realm)),
      asker_(asker),
      on_answer_(std::move(on_answer)),
      address_(worker),
      member_(realm_->join_unseen(address_.ref(), asker.account())) {
  address_.lead_to(*this);
  wamp::Call call;
  call.request = wamp::RequestId(1);
  call.procedure = question.procedure;
  call.options = {{"timeout", uint64_t{question.timeout_ms}}};
  realm_->ask(*member_, call, make_payload({question.arguments, {}}));
}

void Inquiry::deliver(Delivery& delivery) {
  // They outlive the inquiry, which may be destroyed.
  transport::Connection& asker = asker_;
  const auto answer = [this, &delivery] {
    const auto on_answer = on_answer_;
    if (std::holds_alternative<wamp::CallResult>(delivery.message))
      on_answer(arguments_of(delivery.payload));
    else if (const auto* error = std::get_if<wamp::Error>(&delivery.message))
      on_answer(error_of(*error, delivery.payload));
  };
  if (!transport::has_memory_for(answer)) asker.on_out_of_memory();
}

void Inquiry::take(router::Answer&& answer) {
  realm_->take(*member_, std::move(answer), [this](auto& message, RoutedPayload&& payload, bool) {
    Delivery delivery(address_.ref(), std::move(message), std::move(payload));
    deliver(delivery);
  });
}

// It is no callee, so there is nothing to send.
void Inquiry::take(CallNotice&& notice) {
  realm_->take(*member_, std::move(notice), [](auto&&...) {});
}

}  // namespace router
