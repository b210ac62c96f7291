// wampd top
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include <unistd.h>

#include "client/command/output/json.h"
#include "client/command/output/terminal.h"
#include "client/command/verbs/verb.h"
#include "client/command/views/asking.h"
#include "client/command/views/drawing.h"
#include "client/command/views/rows.h"
#include "client/command/words/duration.h"
#include "client/command/words/options.h"
#include "text/printable.h"

namespace client::command {
namespace {

using As = Shown::As;

constexpr int64_t most_shown = 100;
constexpr size_t least_share = 3;  // lines of a table: an empty one, the titles, a row

const std::vector<Shown> procedure_columns{
    {"PROCEDURE", "procedure"},          {"CALLS/S", "rate", As::number},
    {"CALLS", "calls", As::number},      {"ERRORS", "errors", As::number},
    {"BYTES", "bytes", As::number},      {"WAITING", "waiting", As::number},
    {"P50", "p50_us", As::microseconds}, {"P99", "p99_us", As::microseconds}};
const std::vector<Shown> topic_columns{{"TOPIC", "topic"},
                                       {"PUBLISHED/S", "rate", As::number},
                                       {"PUBLISHED", "publications", As::number},
                                       {"EVENTS", "events", As::number},
                                       {"BYTES", "bytes", As::number},
                                       {"WAITING", "waiting", As::number},
                                       {"SUBSCRIBERS", "subscribers", As::number}};
const std::vector<Shown> session_columns{{"SESSION", "session", As::number},
                                         {"AUTHID", "authid"},
                                         {"PEER", "peer"},
                                         {"MSGS/S", "rate", As::number},
                                         {"CALLS", "calls", As::number},
                                         {"ERRORS", "errors", As::number},
                                         {"BYTES", "bytes", As::number},
                                         {"QUEUED", "queued", As::number},
                                         {"LOST", "lost", As::number}};

// The keys that choose an order, and what it is called by whom.
struct Order {
  char key;
  std::string name, of_procedures, of_topics, of_sessions;
};
const Order orders[] = {
    {'r', "rate", "rate", "rate", "rate"},         {'e', "errors", "errors", "rate", "errors"},
    {'p', "p99", "p99", "rate", "rate"},           {'b', "bytes", "bytes", "bytes", "bytes"},
    {'u', "queued", "queued", "queued", "queued"}, {'l', "lost", "rate", "rate", "lost"},
};

struct Sample {
  wamp::Dict realm;
  Rows procedures, topics, sessions;
};

Rows rows_of(const wamp::Value& value) {
  Rows rows;
  if (const auto* const list = value.get<wamp::List>())
    for (const wamp::Value& row : *list)
      if (const auto* const dict = row.get<wamp::Dict>()) rows.push_back(*dict);
  return rows;
}

wamp::List list_of(const Rows& rows) {
  return {rows.begin(), rows.end()};
}

class TopVerb final : public Verb {
 public:
  explicit TopVerb(CLI::App& app) {
    std::vector<std::string> names;
    for (const Order& order : orders) names.push_back(order.name);
    add_choice(app, "--order", order_name_, names, "rate, errors, p99, bytes, queued or lost; default: rate")
        ->type_name("ORDER");
    app.add_flag("--once", is_once_, "look once, and end");
    app.add_flag("--json", is_json_, "each look is a line of JSON");
    add_duration(app, "--every", every_, "how often it looks; default: 2s");
    connection_options_.add_to(app);
  }

  ExitStatus run() override {
    order_ = std::find_if(std::begin(orders), std::end(orders),
                          [this](const Order& order) { return order.name == order_name_; });
    Connection connection(connection_options_, is_once_ ? WhenLost::ends : WhenLost::comes_back, output_);
    connection_ = &connection;
    if (!is_once_ && !is_json_ && can_draw(STDOUT_FILENO)) draw_from_now_on();
    connection.when_finishing([this] { screen_.reset(); });
    connection.when_resized([this] { show(); });
    const ExitStatus status = connection.run([this](Session& session) { look(session); });
    screen_.reset();
    return status;
  }

 private:
  void draw_from_now_on() {
    draw_on(screen_, *connection_, [this] { show(); });
    if (::isatty(STDIN_FILENO) == 1) wait_for_key();
  }

  void wait_for_key() {
    connection_->loop().when_readable(STDIN_FILENO, [this] {
      char key = 0;
      if (::read(STDIN_FILENO, &key, 1) != 1) return;
      on_key(key);
      if (!connection_->is_finishing()) wait_for_key();
    });
  }

  void on_key(char key) {
    if (key == 'q') return connection_->finish(ExitStatus::done);
    const auto* const order = std::find_if(std::begin(orders), std::end(orders),
                                           [key](const Order& one) { return one.key == key; });
    if (order == std::end(orders)) return;
    order_ = order;
    ++look_;  // the next look is now
    connection_->later(std::chrono::milliseconds(0), [this](Session& session) { look(session); });
  }

  void look(Session& session) {
    const uint64_t number = ++look_;
    ask(*connection_, session, "wampd.stats.realm", {}, [this, &session, number](const wamp::Value& realm) {
      if (const auto* const dict = realm.get<wamp::Dict>()) coming_.realm = *dict;
      list(session, "wampd.stats.procedures", order_->of_procedures, coming_.procedures,
           [this, &session, number] {
             list(session, "wampd.stats.topics", order_->of_topics, coming_.topics, [this, &session, number] {
               list(session, "wampd.stats.sessions", order_->of_sessions, coming_.sessions, [this, number] {
                 if (number == look_) take();
               });
             });
           });
    });
  }

  void list(Session& session, std::string_view procedure, const std::string& order, Rows& into,
            std::function<void()> then) {
    ask(*connection_, session, procedure, {wamp::Dict{{"limit", most_shown}, {"order", order}}},
        [&into, then = std::move(then)](const wamp::Value& value) {
          into = rows_of(value);
          then();
        });
  }

  void take() {
    now_ = coming_;
    if (is_json_)
      output_.line(to_json(wamp::Dict{{"realm", now_.realm},
                                      {"procedures", list_of(now_.procedures)},
                                      {"topics", list_of(now_.topics)},
                                      {"sessions", list_of(now_.sessions)}}));
    else if (screen_)
      show();
    else
      print();
    if (is_once_) return connection_->finish(ExitStatus::done);
    connection_->later(every_, [this, number = look_](Session& session) {
      if (number == look_) look(session);
    });
  }

  // What belongs to the realm, and how to go on.
  std::vector<std::string> headline() const {
    const auto count = [this](std::string_view key) {
      return std::to_string(static_cast<int64_t>(number_of(now_.realm, key)));
    };
    const auto us = [this](std::string_view key) {
      return to_text(std::chrono::nanoseconds(static_cast<int64_t>(number_of(now_.realm, key) * 1e3)));
    };
    const wamp::Value* const name = now_.realm.find("realm");
    const auto* const realm = name ? name->get<std::string>() : nullptr;
    return {"realm " + text_or(realm) + "  sessions " + count("sessions") + "  calls under way " +
                count("calls_in_flight") + "  p50 " + us("p50_us") + "  p99 " + us("p99_us") + "  queued " +
                count("queued") + "  lost " + count("lost"),
            "calls " + count("calls") + "  errors " + count("errors") + "  publications " +
                count("publications") + "  events " + count("events") + "  denials " + count("denials") +
                "  by " + order_->name};
  }

  static std::string text_or(const std::string* text) { return text ? text::printable(*text) : "?"; }

  // So many lines of each table that they share the rows.
  std::vector<std::string> lines(size_t width, size_t rows) const {
    std::vector<std::string> result = headline();
    const Table tables[] = {table_of(now_.procedures, procedure_columns),
                            table_of(now_.topics, topic_columns), table_of(now_.sessions, session_columns)};
    size_t left = rows - std::min(rows, result.size()), tables_left = std::size(tables);
    for (const Table& table : tables) {
      const std::vector<std::string> all = table.lines(width);
      const size_t share = std::min(std::max(left / tables_left, least_share), all.size() + 1);
      --tables_left;
      if (share < least_share || share > left) continue;
      left -= share;
      result.emplace_back();
      result.insert(result.end(), all.begin(), all.begin() + static_cast<ptrdiff_t>(share - 1));
    }
    return result;
  }

  void show() {
    if (!screen_ || now_.realm.empty()) return;
    const Size size = terminal_size(STDOUT_FILENO);
    std::vector<std::string> all = lines(size.columns, size.rows - 1);
    all.resize(size.rows - 1);
    all.emplace_back("q: end   order: r rate, e errors, p p99, b bytes, u queued, l lost");
    screen_->draw(all, 1);
  }

  void print() {
    for (const std::string& line : lines(0, SIZE_MAX / 2)) output_.line(line);
  }

  std::string order_name_ = "rate";
  bool is_once_ = false, is_json_ = false;
  std::chrono::milliseconds every_{2000};
  ConnectionOptions connection_options_;

  const Order* order_ = nullptr;
  Output output_{STDOUT_FILENO};
  Connection* connection_ = nullptr;
  std::optional<Screen> screen_;
  Sample coming_, now_;
  uint64_t look_ = 0;  // number of the last that has begun
};

}  // namespace

std::unique_ptr<Verb> make_top(CLI::App& app) {
  return std::make_unique<TopVerb>(app);
}

}  // namespace client::command
