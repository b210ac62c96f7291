// wampd ls
#include <optional>
#include <string>

#include <unistd.h>

#include "client/command/output/json.h"
#include "client/command/output/terminal.h"
#include "client/command/verbs/verb.h"
#include "client/command/views/drawing.h"
#include "client/command/views/rows.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

class LsVerb final : public Verb {
 public:
  explicit LsVerb(CLI::App& app) {
    add_choice(app, "what", what_, {"sessions", "procedures", "topics"}, "sessions, procedures or topics")
        ->type_name("WHAT")
        ->required();
    add_word(app, "--filter", prefix_, "only those whose procedure, topic or authid begins so")
        ->type_name("PREFIX");
    add_word(app, "--sort", sort_, "by that entry, as the JSON has it; default: by name")
        ->type_name("COLUMN");
    app.add_flag("--json", is_json_, "a line of JSON for each; default: if standard output is no terminal");
    app.add_flag("--watch", watches_, "again and again, until interrupted");
    add_duration(app, "--every", every_, "how often --watch looks; default: 2s");
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    subject_ = subject_named(what_);
    Connection connection(connection_options_, watches_ ? WhenLost::comes_back : WhenLost::ends, output_);
    connection_ = &connection;
    connection.when_finishing([this] { screen_.reset(); });
    connection.when_resized([this] { show(); });
    return connection.run([this](Session& session) { look(session); });
  }

 private:
  void look(Session& session) {
    fetch_rows(*connection_, session, *subject_, [this](Rows rows) {
      if (const auto wrong = wrong_column(rows, sort_))
        return connection_->fail(ExitStatus::usage, "--sort: " + *wrong);
      rows_ = chosen(std::move(rows), *subject_, prefix_, sort_);
      if (watches_ && !is_json_ && !screen_ && can_draw(STDOUT_FILENO))
        draw_on(screen_, *connection_, [this] { show(); });
      if (screen_)
        show();
      else
        print();
      if (!watches_) return connection_->finish(ExitStatus::done);
      connection_->later(every_, [this](Session& session) { look(session); });
    });
  }

  void show() {
    if (screen_)
      screen_->draw(table_of(rows_, subject_->columns).lines(terminal_size(STDOUT_FILENO).columns), 1);
  }

  void print() {
    if (is_json_ || !output_.is_terminal()) {
      for (const wamp::Dict& row : rows_) output_.line(to_json(row));
      return;
    }
    for (const std::string& line :
         table_of(rows_, subject_->columns).lines(terminal_size(STDOUT_FILENO).columns))
      output_.line(line);
  }

  std::string what_, prefix_, sort_;
  bool is_json_ = false, watches_ = false;
  std::chrono::milliseconds every_{2000};
  ConnectionOptions connection_options_;

  const Subject* subject_ = nullptr;
  Output output_{STDOUT_FILENO};
  Connection* connection_ = nullptr;
  Rows rows_;
  std::optional<Screen> screen_;
};

}  // namespace

std::unique_ptr<Verb> make_ls(CLI::App& app) {
  return std::make_unique<LsVerb>(app);
}

}  // namespace client::command
