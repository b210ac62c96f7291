// wampd tap
#include <string>
#include <vector>

#include <unistd.h>

#include "client/command/output/json.h"
#include "client/command/verbs/verb.h"
#include "client/command/views/asking.h"
#include "client/command/words/options.h"
#include "text/printable.h"

namespace client::command {
namespace {

constexpr int64_t longest_tap_s = 3600;  // then it is made anew

std::string text_of(const wamp::Dict& event, std::string_view key) {
  const wamp::Value* const value = event.find(key);
  if (!value) return "";
  const auto* const text = value->get<std::string>();
  return text ? text::printable(*text) : to_json(*value);
}

class TapVerb final : public Verb {
 public:
  explicit TapVerb(CLI::App& app) {
    add_number(app, "--session", session_, 1, highest_session, "only messages of that session")
        ->type_name("ID");
    add_word(app, "--authid", authid_, "only messages of that authid")->type_name("NAME");
    add_word(app, "--uri", uri_, "only messages whose procedure or topic begins so")->type_name("PREFIX");
    add_word(app, "--type", types_, "only these types: CALL,ERROR")->type_name("TYPES");
    add_count(app, "--sample", sample_, 1, "one of so many, by chance");
    app.add_flag("--payload", wants_payload_, "arguments, too");
    add_count(app, "-C,--count", count_, 1, "end after so many messages");
    app.add_flag("--json", is_json_, "a line of JSON for each; default: if standard output is no terminal");
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    Connection connection(connection_options_, WhenLost::comes_back, output_);
    connection_ = &connection;
    return connection.run([this](Session& session) { start(session); });
  }

 private:
  wamp::Dict filter() const {
    wamp::Dict filter{{"seconds", longest_tap_s}};
    if (session_ > 0) filter.set("session", session_);
    if (!authid_.empty()) filter.set("authid", authid_);
    if (!uri_.empty()) filter.set("uri", uri_);
    if (!uri_.empty()) filter.set("match", "prefix");
    if (sample_ > 0) filter.set("sample", sample_);
    if (wants_payload_) filter.set("payload", true);
    if (types_.empty()) return filter;
    wamp::List types;
    for (size_t at = 0; at <= types_.size();) {
      const size_t comma = std::min(types_.find(',', at), types_.size());
      types.emplace_back(types_.substr(at, comma - at));
      at = comma + 1;
    }
    filter.set("types", types);
    return filter;
  }

  void start(Session& session) {
    session.on_revoked([this](const Session::Revoked& revoked) {
      connection_->fail(ExitStatus::application_error, "the tap was taken away: " + revoked.reason);
    });
    ask(*connection_, session, "wampd.tap.start", {filter()}, [this, &session](const wamp::Value& tap) {
      const auto* const dict = tap.get<wamp::Dict>();
      const wamp::Value* const topic = dict ? dict->find("topic") : nullptr;
      if (!topic || !topic->get<std::string>())
        return connection_->fail(ExitStatus::application_error,
                                 "wampd.tap.start: there is no topic in its result");
      session.subscribe(
          *topic->get<std::string>(), [this](const Event& event) { take(event.payload.kwargs()); }, {},
          [this](wamp::SubscriptionId, const Error* error) {
            if (error) connection_->fail(*error);
          });
      connection_->later(std::chrono::seconds(longest_tap_s), [this](Session& session) { start(session); });
    });
  }

  void take(const wamp::Dict& event) {
    if (connection_->is_finishing()) return;
    output_.line(is_json_ || !output_.is_terminal() ? to_json(event) : readable(event));
    if (++taken_ == count_) connection_->finish(ExitStatus::done);
  }

  static std::string readable(const wamp::Dict& event) {
    const std::string time = text_of(event, "time");
    std::string line = time.size() > 23 ? time.substr(11, 12) : time;
    line += text_of(event, "direction") == "in" ? " > " : " < ";
    line += text_of(event, "type");
    for (const std::string_view key : {"request", "authid", "session", "uri", "error"})
      if (const std::string text = text_of(event, key); !text.empty()) line += "  " + text;
    line += "  " + text_of(event, "bytes") + " B";
    if (event.find("args")) line += "  " + text_of(event, "args") + " " + text_of(event, "kwargs");
    if (event.find("cut")) line += "  ...";
    if (event.find("dropped")) line += "  (" + text_of(event, "dropped") + " left out)";
    return line;
  }

  uint64_t session_ = 0, sample_ = 0, count_ = 0;
  std::string authid_, uri_, types_;
  bool wants_payload_ = false, is_json_ = false;
  ConnectionOptions connection_options_;

  Output output_{STDOUT_FILENO};
  Connection* connection_ = nullptr;
  uint64_t taken_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_tap(CLI::App& app) {
  return std::make_unique<TapVerb>(app);
}

}  // namespace client::command
