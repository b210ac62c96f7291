// wampd explain
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "client/command/output/json.h"
#include "client/command/verbs/verb.h"
#include "client/command/views/asking.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

class ExplainVerb final : public Verb {
 public:
  ExplainVerb(CLI::App& app, ExplainFile explain_file) : explain_file_(std::move(explain_file)) {
    add_word(app, "who", question_.authid, "of whom")->type_name("AUTHID")->required();
    add_choice(app, "action", question_.action, {"call", "register", "publish", "subscribe"},
               "call, register, publish or subscribe")
        ->type_name("ACTION")
        ->required();
    add_word(app, "uri", question_.uri, "the procedure or topic")->type_name("URI")->required();
    add_choice(app, "--match", question_.match, {"exact", "prefix", "wildcard"},
               "match policy of URI: exact, prefix or wildcard; default: exact")
        ->type_name("POLICY");
    add_word(app, "--role", question_.role, "the question is about that role; default: that of AUTHID")
        ->type_name("NAME");
    add_word(app, "--config", question_.file, "ask this configuration file, not the router")
        ->type_name("FILE");
    app.add_flag("--json", is_json_, "the whole answer as JSON");
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    if (!question_.file.empty()) {
      const Settings given = connection_options_.given();
      if (const auto realm = given.find("realm"); realm != given.end()) question_.realm = realm->second;
      print(explain_file_(question_));
      return ExitStatus::done;
    }
    Connection connection(connection_options_, WhenLost::ends, output_);
    return connection.run([&](Session& session) {
      wamp::Dict options{{"match", question_.match}};
      if (!question_.role.empty()) options.set("authrole", question_.role);
      ask(connection, session, "wampd.explain", {question_.authid, question_.action, question_.uri, options},
          [&](const wamp::Value& answer) {
            print(answer);
            connection.finish(ExitStatus::done);
          });
    });
  }

 private:
  void print(const wamp::Value& answer) {
    const auto* const dict = answer.get<wamp::Dict>();
    const wamp::Value* const value = dict ? dict->find("text") : nullptr;
    const auto* const text = value ? value->get<std::string>() : nullptr;
    if (is_json_ || !text) return output_.line(to_json(answer));
    const size_t end = text->find_last_not_of('\n');
    output_.line(to_text(Payload({text->substr(0, end + 1)}), Form::readable));
  }

  ExplainFile explain_file_;
  FileQuestion question_;
  bool is_json_ = false;
  ConnectionOptions connection_options_;
  Output output_{STDOUT_FILENO};
};

}  // namespace

std::unique_ptr<Verb> make_explain(CLI::App& app, ExplainFile explain_file) {
  return std::make_unique<ExplainVerb>(app, std::move(explain_file));
}

}  // namespace client::command
