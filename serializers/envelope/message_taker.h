// Who takes a message that was decoded: a reference to something that can be called with an M& for each
// message M of WAMP, which lives longer than this. Each type goes straight to its own function, without a
// variant in between.
#pragma once

#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include "wamp/message.h"

namespace serializers {

class MessageTaker {
 public:
  template <class Receiver>
  requires(!std::is_same_v<Receiver, MessageTaker>) explicit MessageTaker(Receiver& receiver)
      : receiver_(&receiver),
        functions_(functions_of<Receiver>(std::make_index_sequence<function_count>()).data()) {}

  template <class M>
  void operator()(M& message) const {
    functions_[wamp::message_index<M>](receiver_, &message);
  }

 private:
  static constexpr size_t function_count = std::variant_size_v<wamp::Message>;
  using Function = void (*)(void* receiver, void* message);

  template <class Receiver, size_t... I>
  static const std::array<Function, function_count>& functions_of(std::index_sequence<I...>) {
    static constexpr std::array<Function, function_count> functions = {[](void* receiver, void* message) {
      (*static_cast<Receiver*>(receiver))(
          *static_cast<std::variant_alternative_t<I, wamp::Message>*>(message));
    }...};
    return functions;
  }

  void* receiver_;
  const Function* functions_;
};

}  // namespace serializers
