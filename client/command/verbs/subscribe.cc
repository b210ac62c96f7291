// wampd subscribe
#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "client/command/child/child_pool.h"
#include "client/command/child/payload_command.h"
#include "client/command/connection/connection.h"
#include "client/command/output/json.h"
#include "client/command/verbs/payload_options.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/duration.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

template <class Integer>
std::optional<Integer> read_integer(std::string_view word) {
  Integer value{};
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// _replay of SUBSCRIBE, as --replay says it.
wamp::Dict read_replay(const std::string& word) {
  constexpr std::string_view after = "after:";
  if (word == "all") return {};
  if (word.starts_with(after)) {
    if (const auto id = read_integer<int64_t>(word.substr(after.size()))) return {{"after_publication", *id}};
  } else if (const auto limit = read_integer<int64_t>(word); limit && *limit > 0) {
    return {{"limit", *limit}};
  }
  throw std::invalid_argument(
      "--replay: expected a number of events, \"all\" or \"after:PUBLICATION\", found \"" + word + "\"");
}

void append_member(std::string& json, const wamp::Dict& details, std::string_view detail,
                   const std::string& name) {
  if (const wamp::Value* const value = details.find(detail)) json += ",\"" + name + "\":" + to_json(*value);
}

// The publisher, if it is disclosed.
void append_publisher(std::string& json, const wamp::Dict& details) {
  const wamp::Value* const session = details.find("publisher");
  if (!session) return;
  json += ",\"publisher\":{\"session\":" + to_json(*session);
  append_member(json, details, "publisher_authid", "authid");
  append_member(json, details, "publisher_authrole", "authrole");
  json += "}";
}

class SubscribeVerb final : public Verb {
 public:
  explicit SubscribeVerb(CLI::App& app) {
    add_free_arguments(app, "topics", topics_, "topics, or patterns of them")->type_name("TOPIC")->required();
    add_choice(app, "--match", match_, {"exact", "prefix", "wildcard"},
               "exact, prefix or wildcard; default: exact")
        ->type_name("POLICY");
    add_count(app, "-C,--count", count_, 1, "end after so many events");
    add_duration(app, "-W,--wait", wait_, "end after that time; status 7 if fewer events came than wanted");
    app.add_flag("--retained", wants_retained_, "first the event that the topic has retained");
    add_word(app, "--replay", replay_word_,
             "first the last so many events of the topic's history; or all; or those after:PUBLICATION")
        ->type_name("N|all|after:ID");
    add_word(app, "--exec", command_,
             "run that for each event, one after the other, and print what it prints")
        ->type_name("COMMAND");
    app.add_flag("--details", wants_details_, "print the details of each event, too");
    app.add_flag("--raw", is_raw_, "print the first argument only, a string without quotation marks");
    app.add_flag("--quiet", is_quiet_, "do not say that it has subscribed");
    add_message_options(app, option_words_);
    connection_options_.add_to(app);
    check_when_parsed(app, [this] {
      if (!replay_word_.empty()) replay_ = read_replay(replay_word_);
    });
  }

  ExitStatus run() override {
    for (std::string& topic : topics_) topic = unguarded(topic);
    options_ = read_entries(option_words_, "-o", false);
    if (!match_.empty()) options_.set("match", match_);
    if (wants_retained_) options_.set("get_retained", true);
    Connection connection(connection_options_, WhenLost::comes_back, output_);
    ChildPool children(connection.loop(), 1, {});
    connection_ = &connection;
    children_ = &children;
    connection.when_finishing([&children] { children.cancel_all(); });
    if (wait_.count() > 0)
      connection.loop().after(wait_, [this] {
        const bool is_enough = count_ == 0 && taken_ > 0;
        connection_->finish(is_enough ? ExitStatus::done : ExitStatus::timeout);
      });
    return connection.run([this](Session& session) {
      session.on_revoked([this](const Session::Revoked& revoked) {
        connection_->fail(ExitStatus::application_error,
                          "the subscription was taken away: " + revoked.reason);
      });
      for (const std::string& topic : topics_) subscribe(session, topic);
    });
  }

 private:
  void subscribe(Session& session, const std::string& topic, bool replays = true) {
    wamp::Dict options = options_;
    const auto last = last_seen_.find(topic);
    const bool goes_on = last != last_seen_.end();
    if (replay_ && replays) {
      if (goes_on)
        options.set("_replay", wamp::Dict{{"after_publication", static_cast<int64_t>(last->second.value)}});
      else
        options.set("_replay", *replay_);
    }
    ++asked_;
    session.subscribe(
        topic, [this, topic](const Event& event) { take(topic, event); }, options,
        [this, &session, topic, could_go_on = goes_on && replays && replay_.has_value()](wamp::SubscriptionId,
                                                                                         const Error* error) {
          ++answered_;
          if (!error && !is_quiet_) complain("subscribed to " + topic);
          if (!error) return;
          if (!could_go_on || error->uri == error_of_end) return connection_->fail(*error);
          // The history does not go back that far any more.
          complain("warning: events of " + topic + " are missing: " + to_text(error->uri, error->payload));
          subscribe(session, topic, false);
        });
    connection_->expect("SUBSCRIBE", [this, number = asked_] { return answered_ >= number; });
  }

  void take(const std::string& subscribed, const Event& event) {
    if (connection_->is_finishing() || (count_ > 0 && taken_ == count_)) return;
    last_seen_[subscribed] = event.publication;
    ++taken_;
    if (command_.empty())
      print(event);
    else
      execute(event);
    if (taken_ == count_ && command_.empty()) connection_->finish(ExitStatus::done);
  }

  void print(const Event& event) {
    if (is_raw_) return output_.line(to_text(event.payload, Form::raw));
    if (output_.is_terminal() && !wants_details_) {
      const bool needs_topic = topics_.size() > 1 || !match_.empty();
      return output_.line((needs_topic ? event.topic + "  " : "") + to_text(event.payload, Form::readable));
    }
    std::string json =
        "{\"time\":\"" + to_text(std::chrono::system_clock::now()) + "\",\"topic\":" + to_json(event.topic) +
        ",\"publication\":" + std::to_string(event.publication.value) + "," + json_members(event.payload);
    append_publisher(json, event.details);
    append_member(json, event.details, "_lost", "lost");
    append_member(json, event.details, "_replayed", "replayed");
    append_member(json, event.details, "retained", "retained");
    if (wants_details_) json += ",\"details\":" + to_json(event.details);
    output_.line(json + "}");
  }

  void execute(const Event& event) {
    ChildCommand command = command_for(
        command_, event.payload,
        {{"WAMP_TOPIC", event.topic}, {"WAMP_PUBLICATION", std::to_string(event.publication.value)}});
    if (children_->run(std::move(command), [this](ChildEnd end) { tell(end); }) != ChildPool::none) return;
    complain("warning: an event is lost: of those that wait for their command " + children_->waiting_text());
    count_executed();
  }

  void tell(const ChildEnd& end) {
    if (connection_->is_finishing()) return;
    output_.write(end.output);
    if (!end.errors.empty()) complain(end.errors);
    if (!end.is_success()) complain("the command has ended with status " + std::to_string(end.status));
    count_executed();
  }

  void count_executed() {
    if (++executed_ == count_) connection_->finish(ExitStatus::done);
  }

  std::vector<std::string> topics_, option_words_;
  std::string match_, replay_word_, command_;
  uint64_t count_ = 0;
  std::chrono::milliseconds wait_{0};
  bool wants_retained_ = false, wants_details_ = false, is_raw_ = false, is_quiet_ = false;
  ConnectionOptions connection_options_;

  wamp::Dict options_;
  std::optional<wamp::Dict> replay_;
  Output output_{STDOUT_FILENO};
  Connection* connection_ = nullptr;
  ChildPool* children_ = nullptr;
  std::map<std::string, wamp::PublicationId> last_seen_;  // by what was subscribed to
  uint64_t asked_ = 0, answered_ = 0, taken_ = 0, executed_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_subscribe(CLI::App& app) {
  return std::make_unique<SubscribeVerb>(app);
}

}  // namespace client::command
