// wampd kill
#include <string>

#include <unistd.h>

#include "client/command/connection/connection.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

class KillVerb final : public Verb {
 public:
  explicit KillVerb(CLI::App& app) {
    add_number(app, "session", session_, 1, highest_session, "its id, as \"wampd ls sessions\" shows it")
        ->type_name("SESSION")
        ->required();
    add_word(app, "reason", reason_, "a URI that the session is told; default: wamp.close.killed")
        ->type_name("REASON");
    add_word(app, "--message", message_, "a text that the session is told")->type_name("TEXT");
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    wamp::Dict kwargs;
    if (!reason_.empty()) kwargs.set("reason", reason_);
    if (!message_.empty()) kwargs.set("message", message_);
    Output output(STDOUT_FILENO);
    Connection connection(connection_options_, WhenLost::ends, output);
    return connection.run([&](Session& session) {
      const CallOptions options{.timeout = connection.timeout().value_or(std::chrono::milliseconds(0))};
      session.call("wamp.session.kill", Payload({session_}, kwargs), options, [&](const Reply& reply) {
        if (reply.is_error()) return connection.fail(reply.error);
        connection.finish(ExitStatus::done);
      });
    });
  }

 private:
  uint64_t session_ = 0;
  std::string reason_, message_;
  ConnectionOptions connection_options_;
};

}  // namespace

std::unique_ptr<Verb> make_kill(CLI::App& app) {
  return std::make_unique<KillVerb>(app);
}

}  // namespace client::command
