#include "wamp/message.h"

namespace wamp {

MessageType type_of(const Message& message) {
  return std::visit([](const auto& m) { return m.type; }, message);
}

}  // namespace wamp
