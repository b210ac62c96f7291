// wampd register
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

#include "client/command/child/child_pool.h"
#include "client/command/child/descriptor_limit.h"
#include "client/command/child/payload_command.h"
#include "client/command/child/running_groups.h"
#include "client/command/connection/connection.h"
#include "client/command/output/json.h"
#include "client/command/verbs/payload_options.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/duration.h"
#include "client/command/words/options.h"
#include "wamp/error_uris.h"

namespace client::command {
namespace {

constexpr const char* runtime_error = "wamp.error.runtime_error";

class RegisterVerb final : public Verb {
 public:
  explicit RegisterVerb(CLI::App& app) {
    add_word(app, "uri", uri_, "the procedure, or a pattern of them")->type_name("URI")->required();
    CLI::Option* const echo = app.add_flag("--echo", is_echo_, "answer with what the call has");
    CLI::Option* const value =
        add_word(app, "--value", value_, "answer always with that; default: with nothing")->type_name("JSON");
    CLI::Option* const error =
        add_word(app, "--error", error_uri_, "refuse always, with that error")->type_name("URI");
    CLI::Option* const command =
        add_word(app, "--exec", command_, "answer with what that command prints")->type_name("COMMAND");
    const std::vector<CLI::Option*> answers{echo, value, error, command};
    for (CLI::Option* const one : answers)
      for (CLI::Option* const other : answers)
        if (one != other) one->excludes(other);
    add_choice(app, "--invoke", invoke_, {"single", "roundrobin", "random", "first", "last"},
               "share the procedure: roundrobin, random, first or last; default: single")
        ->type_name("POLICY");
    add_choice(app, "--match", match_, {"exact", "prefix", "wildcard"},
               "exact, prefix or wildcard; default: exact")
        ->type_name("POLICY");
    concurrency_option_ =
        add_count(app, "--concurrency", concurrency_, 1,
                  "calls at a time; default: with --exec one for each processor, else any number");
    add_count(app, "-C,--count", count_, 1, "end after so many answers");
    app.add_flag("--quiet", is_quiet_, "print nothing");
    add_message_options(app, option_words_);
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    options_ = read_entries(option_words_, "-o", false);
    if (!match_.empty()) options_.set("match", match_);
    if (!invoke_.empty()) options_.set("invoke", invoke_);
    if (!command_.empty()) {
      concurrency_ = std::min<uint64_t>(concurrency_, most_running_groups);
      raise_descriptor_limit();
    }
    const bool is_bounded = !command_.empty() || concurrency_option_->count() > 0;
    if (is_bounded) options_.set("concurrency", concurrency_);
    if (!value_.empty()) answer_ = Payload({read_json(value_, "--value")});
    Connection connection(connection_options_, WhenLost::comes_back, output_);
    ChildPool children(connection.loop(), concurrency_, {});
    connection_ = &connection;
    children_ = &children;
    connection.when_finishing([&children] { children.cancel_all(); });
    return connection.run([this](Session& session) { register_procedure(session); });
  }

 private:
  void register_procedure(Session& session) {
    ++asked_;
    session.on_revoked([this](const Session::Revoked& revoked) {
      connection_->fail(ExitStatus::application_error, "the registration was taken away: " + revoked.reason);
    });
    session.register_procedure(
        uri_, [this](Invocation invocation) { take(std::move(invocation)); }, options_,
        [this](wamp::RegistrationId, const Error* error) {
          ++answered_;
          if (error) return connection_->fail(*error);
          if (!is_quiet_) complain("registered " + uri_);
        });
    connection_->expect("REGISTER", [this, number = asked_] { return answered_ >= number; });
  }

  void take(Invocation invocation) {
    const bool is_enough = count_ > 0 && taken_ == count_;
    if (connection_->is_finishing() || is_enough) return invocation.error(wamp::error_uri::unavailable);
    ++taken_;
    if (!is_quiet_) print(invocation);
    if (!command_.empty()) return execute(std::move(invocation));
    if (!error_uri_.empty())
      invocation.error(error_uri_);
    else
      invocation.result(is_echo_ ? invocation.payload() : answer_);
    count_answer();
  }

  void print(const Invocation& invocation) {
    if (output_.is_terminal())
      return output_.line(std::string(invocation.procedure()) + "  " +
                          to_text(invocation.payload(), Form::readable));
    std::string json = "{\"time\":\"" + to_text(std::chrono::system_clock::now()) +
                       "\",\"procedure\":" + to_json(invocation.procedure()) + "," +
                       json_members(invocation.payload());
    if (const wamp::Value* const caller = invocation.details().find("caller"))
      json += ",\"caller\":" + to_json(*caller);
    output_.line(json + "}");
  }

  void execute(Invocation invocation) {
    ChildCommand command = command_for(command_, invocation.payload(),
                                       {{"WAMP_PROCEDURE", std::string(invocation.procedure())}});
    const ChildPool::Id id = children_->run(std::move(command), [this, invocation](ChildEnd end) mutable {
      const Answer answer = answer_of(end);
      if (const auto* const payload = std::get_if<Payload>(&answer))
        invocation.result(*payload);
      else
        invocation.error(runtime_error, Payload({std::get<std::string>(answer)}));
      count_answer();
    });
    if (id != ChildPool::none)
      return invocation.on_interrupt([this, id](std::string_view) { children_->cancel(id); });
    // Of a router that does not let them wait itself.
    invocation.error(
        wamp::error_uri::unavailable,
        Payload({"too many calls for the command of this procedure: " + children_->waiting_text()}));
    count_answer();
  }

  void count_answer() {
    if (++given_ == count_) connection_->finish(ExitStatus::done);
  }

  std::string uri_, value_, error_uri_, command_, invoke_, match_;
  bool is_echo_ = false, is_quiet_ = false;
  uint64_t concurrency_ = std::max(1U, std::thread::hardware_concurrency()), count_ = 0;
  CLI::Option* concurrency_option_ = nullptr;
  std::vector<std::string> option_words_;
  ConnectionOptions connection_options_;

  wamp::Dict options_;
  Payload answer_;
  Output output_{STDOUT_FILENO};
  Connection* connection_ = nullptr;
  ChildPool* children_ = nullptr;
  uint64_t asked_ = 0, answered_ = 0, taken_ = 0, given_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_register(CLI::App& app) {
  return std::make_unique<RegisterVerb>(app);
}

}  // namespace client::command
