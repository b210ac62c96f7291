#include "router/inquiry.h"

#include <utility>

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

Inquiry::Inquiry(Worker& worker, std::shared_ptr<Realm> realm, std::shared_ptr<transport::Account> account,
                 const Question& question, std::function<void(const Answer&)> on_answer)
    : worker_(worker),
      realm_(std::move(realm)),
      on_answer_(std::move(on_answer)),
      ref_(worker_.add_addressee(*this)) {
  member_ = &realm_->join_unseen(ref_, std::move(account));
  wamp::Call call;
  call.request = wamp::RequestId(1);
  call.procedure = question.procedure;
  call.options = {{"timeout", uint64_t{question.timeout_ms}}};
  realm_->ask(*member_, call, make_payload({question.arguments, {}}));
}

Inquiry::~Inquiry() {
  realm_->leave(*member_);
  worker_.remove_address(ref_);
}

void Inquiry::deliver(Delivery& delivery) {
  // Outlives the inquiry, which it may destroy.
  const auto on_answer = on_answer_;
  if (std::holds_alternative<wamp::CallResult>(delivery.message))
    return on_answer(arguments_of(delivery.payload));
  if (const auto* error = std::get_if<wamp::Error>(&delivery.message))
    on_answer(error_of(*error, delivery.payload));
}

}  // namespace router
