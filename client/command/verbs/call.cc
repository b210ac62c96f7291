// wampd call
#include <string>

#include <unistd.h>

#include "client/command/connection/connection.h"
#include "client/command/output/json.h"
#include "client/command/verbs/payload_options.h"
#include "client/command/verbs/repetition.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

class CallVerb final : public Verb {
 public:
  explicit CallVerb(CLI::App& app) {
    add_word(app, "uri", uri_, "the procedure")->type_name("URI")->required();
    payload_options_.add_to(app);
    app.add_flag("--progress", wants_progress_, "ask for progressive results, and print each");
    app.add_flag("--raw", is_raw_, "print the first argument only, a string without quotation marks");
    repetition_.add_options(app, "calls");
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    const Arguments arguments = payload_options_.arguments();
    payload_ = Payload(arguments.args, arguments.kwargs);
    options_ = payload_options_.options();
    Connection connection(connection_options_, WhenLost::ends, output_);
    connection.when_finishing([this] { repetition_.stop(); });
    const ExitStatus status = connection.run([&](Session& session) {
      repetition_.start(
          connection, [&](Repetition::Done done) { call(connection, session, std::move(done)); },
          [&] { connection.finish(status_); });
    });
    if (const std::string times = repetition_.times(); !times.empty()) complain(times);
    return status;
  }

 private:
  void call(Connection& connection, Session& session, Repetition::Done done) {
    CallOptions options{.options = options_,
                        .wants_progress = wants_progress_,
                        .timeout = connection.timeout().value_or(std::chrono::milliseconds(0))};
    session.call(uri_, payload_, std::move(options), [this, done = std::move(done)](const Reply& reply) {
      if (reply.is_error() && reply.error.uri == error_of_end) return;  // the connection tells
      if (reply.is_error())
        fail(reply.error);
      else
        print(reply);
      if (reply.is_last()) done();
    });
  }

  void fail(const Error& error) {
    complain(to_text(error.uri, error.payload));
    if (status_ == ExitStatus::done) status_ = status_of(error.uri);
  }

  void print(const Reply& reply) {
    const Form form = is_raw_ ? Form::raw : output_.is_terminal() ? Form::readable : Form::json;
    if (form == Form::json && !reply.is_last())
      output_.line("{" + json_members(reply.payload) + ",\"progress\":true}");
    else
      output_.line(to_text(reply.payload, form));
  }

  std::string uri_;
  PayloadOptions payload_options_;
  bool wants_progress_ = false, is_raw_ = false;
  Repetition repetition_;
  ConnectionOptions connection_options_;

  Payload payload_;
  wamp::Dict options_;
  Output output_{STDOUT_FILENO};
  ExitStatus status_ = ExitStatus::done;  // of the first that has failed
};

}  // namespace

std::unique_ptr<Verb> make_call(CLI::App& app) {
  return std::make_unique<CallVerb>(app);
}

}  // namespace client::command
