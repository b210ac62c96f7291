#include "client/command/views/asking.h"

namespace client::command {

void ask(Connection& connection, Session& session, std::string_view procedure, const wamp::List& args,
         std::function<void(const wamp::Value&)> then, std::function<bool(const Error&)> otherwise) {
  const CallOptions options{.timeout = connection.timeout().value_or(std::chrono::milliseconds(0))};
  session.call(procedure, Payload(args), options,
               [&connection, then = std::move(then), otherwise = std::move(otherwise)](const Reply& reply) {
                 if (connection.is_finishing()) return;
                 if (reply.is_error()) {
                   if (!otherwise || !otherwise(reply.error)) connection.fail(reply.error);
                   return;
                 }
                 const wamp::List answer = reply.payload.args();
                 then(answer.empty() ? wamp::Value() : answer.front());
               });
}

}  // namespace client::command
