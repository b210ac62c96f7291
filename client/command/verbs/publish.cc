// wampd publish
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <unistd.h>

#include "client/command/connection/connection.h"
#include "client/command/output/json.h"
#include "client/command/verbs/line_reader.h"
#include "client/command/verbs/payload_options.h"
#include "client/command/verbs/repetition.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

constexpr size_t most_lines_under_way = 100;

class PublishVerb final : public Verb {
 public:
  explicit PublishVerb(CLI::App& app) {
    add_word(app, "topic", topic_, "the topic")->type_name("TOPIC")->required();
    payload_options_.add_to(app);
    CLI::Option* const lines = app.add_flag(
        "--lines", is_lines_, "each line of the standard input is an event: its first argument, read as ARG");
    app.add_flag("--no-ack", is_unacknowledged_, "do not wait until the router has taken it");
    app.add_flag("--retain", is_retained_, "the router keeps it for those who subscribe later");
    repetition_.add_options(app, "publications");
    for (const char* const name : {"--repeat", "--every", "--concurrency", "--time"})
      lines->excludes(app.get_option(name));
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    arguments_ = payload_options_.arguments();
    options_ = payload_options_.options();
    if (is_retained_) options_.set("retain", true);
    Connection connection(connection_options_, WhenLost::ends, output_);
    connection_ = &connection;
    connection.when_finishing([this] { repetition_.stop(); });
    const ExitStatus status = connection.run([this](Session& session) {
      session_ = &session;
      if (is_lines_) return publish_lines();
      const Payload payload(arguments_.args, arguments_.kwargs);
      repetition_.start(
          *connection_, [this, payload](Repetition::Done done) { publish(payload, std::move(done)); },
          [this] { finish(); });
    });
    lines_.reset();  // before its loop
    if (const std::string times = repetition_.times(); !times.empty()) complain(times);
    return status;
  }

 private:
  void publish(const Payload& payload, Repetition::Done done) {
    if (!session_->joined()) return;  // the connection tells why
    if (is_unacknowledged_) {
      if (!session_->publish(topic_, payload, options_))
        fail(ExitStatus::application_error, "the event is longer than the connection takes");
      return done();
    }
    const uint64_t number = ++published_;
    session_->publish(topic_, payload, options_,
                      [this, done = std::move(done)](wamp::PublicationId publication, const Error* error) {
                        ++answered_;
                        if (error && error->uri == error_of_end) return;  // the connection tells
                        if (error)
                          fail(status_of(error->uri), to_text(error->uri, error->payload));
                        else
                          output_.line("{\"publication\":" + std::to_string(publication.value) + "}");
                        done();
                      });
    connection_->expect("PUBLISH", [this, number] { return answered_ >= number; });
  }

  void fail(ExitStatus status, const std::string& what) {
    complain(what);
    if (status_ == ExitStatus::done) status_ = status;
  }

  void finish() {
    if (is_unacknowledged_)
      connection_->finish_when_taken(status_);
    else
      connection_->finish(status_);
  }

  void publish_lines() {
    lines_.emplace(connection_->loop(), STDIN_FILENO, [this] { publish_next_lines(); });
    publish_next_lines();
  }

  void publish_next_lines() {
    while (!connection_->is_finishing() && lines_under_way_ < most_lines_under_way) {
      if (!connection_->has_room()) return publish_later();
      try {
        const auto line = lines_->next();
        if (!line && lines_->is_at_end() && lines_under_way_ == 0) return finish();
        if (!line) return;
        publish_line(*line);
      } catch (const std::invalid_argument& error) {  // the next ones may be good
        fail(ExitStatus::application_error,
             "standard input, line " + std::to_string(lines_->number()) + ": " + error.what());
      } catch (const std::exception& error) {
        return connection_->fail(ExitStatus::application_error, error.what());
      }
    }
  }

  void publish_line(const std::string& line) {
    wamp::List args{read_value(line, payload_options_.are_strings())};
    args.insert(args.end(), arguments_.args.begin(), arguments_.args.end());
    ++lines_under_way_;
    publish(Payload(args, arguments_.kwargs), [this] {
      --lines_under_way_;
      connection_->loop().post([this] { publish_next_lines(); });
    });
  }

  void publish_later() {
    if (std::exchange(is_waiting_for_room_, true)) return;
    connection_->loop().after(Connection::pause_for_room, [this] {
      is_waiting_for_room_ = false;
      publish_next_lines();
    });
  }

  std::string topic_;
  PayloadOptions payload_options_;
  bool is_lines_ = false, is_unacknowledged_ = false, is_retained_ = false;
  Repetition repetition_;
  ConnectionOptions connection_options_;

  Arguments arguments_;
  wamp::Dict options_;
  Output output_{STDOUT_FILENO};
  ExitStatus status_ = ExitStatus::done;  // of the first that has failed
  Connection* connection_ = nullptr;
  Session* session_ = nullptr;
  std::optional<LineReader> lines_;
  size_t lines_under_way_ = 0;
  bool is_waiting_for_room_ = false;
  uint64_t published_ = 0, answered_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_publish(CLI::App& app) {
  return std::make_unique<PublishVerb>(app);
}

}  // namespace client::command
