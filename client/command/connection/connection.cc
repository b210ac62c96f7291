#include "client/command/connection/connection.h"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "client/command/output/json.h"
#include "client/command/settings/private_file.h"
#include "client/command/words/duration.h"
#include "text/printable.h"
#include "wamp/error_uris.h"

namespace client::command {
namespace {

constexpr auto stays_long = std::chrono::seconds(5);
constexpr size_t most_queued = 1 << 20;  // bytes that the router has not taken
// For what is on its way when nobody acknowledges it.
constexpr std::chrono::milliseconds patience_with_farewell{10'000};

// The answer to our GOODBYE, which stands behind all that we have sent. Crossbar says "normal" there.
bool has_taken_all(const End& end) {
  return end.kind == EndKind::left &&
         (end.reason == wamp::close_uri::goodbye_and_out || end.reason == wamp::close_uri::normal);
}

}  // namespace

Connection::Connection(const ConnectionOptions& options, WhenLost when_lost, Output& output)
    : when_lost_(when_lost), is_verbose_(options.is_verbose()) {
  const Settings settings = options.resolve();
  options_ = to_options(settings);
  timeout_ = timeout_of(settings);
  if (const auto jar = settings.find("cookie_jar"); jar != settings.end()) cookie_jar_ = jar->second;
  output.when_closed([this](int error) {
    finish(error == EPIPE   ? ExitStatus::done
           : error == EINTR ? ExitStatus::interrupted
                            : ExitStatus::application_error);
  });
}

ExitStatus Connection::run(std::function<void(Session&)> on_joined) {
  on_joined_ = std::move(on_joined);
  on_signal();
  try {
    connect();
  } catch (...) {
    if (when_finishing_) when_finishing_();
    throw;
  }
  loop_.run();
  session_.reset();
  return status_.value_or(ExitStatus::done);
}

void Connection::connect() {
  Handlers handlers;
  handlers.on_joined = [this](const Joined& joined) { on_joined(joined); };
  handlers.on_end = [this](const End& end) { on_end(end); };
  if (is_verbose_)
    handlers.on_message = [](const Traced& message) {
      std::fprintf(stderr, "%c %s\n", message.sent ? '>' : '<', text::printable(message.to_json()).c_str());
    };
  ++connects_;
  session_ = std::make_unique<Session>(loop_, options_, std::move(handlers));
}

void Connection::on_joined(const Joined& joined) {
  if (!cookie_jar_.empty() && !joined.cookie.empty()) keep(joined.cookie);
  if (has_been_there_) complain("connected again");
  has_been_there_ = true;
  joined_at_ = std::chrono::steady_clock::now();
  if (!is_finishing()) on_joined_(*session_);
}

void Connection::keep(const std::string& cookie) {
  try {
    write_for_owner_only(cookie_jar_, cookie + "\n");
  } catch (const std::exception& error) {
    complain(std::string("warning: --cookie-jar: ") + error.what());
  }
}

void Connection::on_end(const End& end) {
  const std::string reason = end.reason.empty() ? "" : " (" + end.reason + ")";
  if (is_finishing()) {
    if (needs_farewell_ && !has_taken_all(end)) {
      complain(place() + ": " + end.text + reason + ": what it has not acknowledged may be lost");
      if (status_ == ExitStatus::done) status_ = ExitStatus::connection_lost;
    }
    return loop_.stop();
  }
  if (when_lost_ == WhenLost::comes_back && has_been_there_ && end.may_retry()) return come_back(end);
  status_ = status_of(end);
  // Who draws on the terminal gives it back first.
  if (when_finishing_) when_finishing_();
  complain(place() + ": " + end.text + reason);
  loop_.stop();
}

void Connection::come_back(const End& end) {
  // A router that lets us in and throws us out at once is asked less and less often.
  if (end.joined && std::chrono::steady_clock::now() - joined_at_ > stays_long) backoff_.reset();
  const auto wait = backoff_.next(end.retry_after);
  complain(place() + ": " + end.text + "; trying again in " + to_text(wait));
  loop_.after(wait, [this] {
    if (is_finishing()) return;
    try {
      connect();
    } catch (const std::exception& error) {  // a file that was there before
      fail(ExitStatus::cannot_connect, error.what());
    }
  });
}

std::string Connection::place() const {
  return options_.url;
}

void Connection::finish(ExitStatus status) {
  if (is_finishing()) return;
  status_ = status;
  if (when_finishing_) when_finishing_();
  if (session_ && session_->joined() && !session_->ended())
    session_->leave();
  else
    loop_.stop();
}

void Connection::finish_when_taken(ExitStatus status) {
  if (is_finishing()) return;
  if (!session_ || session_->ended()) return finish(status);
  status_ = status;
  needs_farewell_ = true;
  if (when_finishing_) when_finishing_();
  session_->leave("wamp.close.normal", timeout_.value_or(patience_with_farewell));
}

bool Connection::has_room() const {
  return session_ && session_->queued_bytes() < most_queued;
}

void Connection::fail(ExitStatus status, std::string_view what) {
  if (is_finishing()) return;
  finish(status);
  complain(what);
}

void Connection::fail(const Error& error) {
  if (error.uri != error_of_end) fail(status_of(error.uri), to_text(error.uri, error.payload));
}

void Connection::expect(std::string what, std::function<bool()> is_done) {
  if (!timeout_) return;
  loop_.after(*timeout_, [this, what = std::move(what), is_done = std::move(is_done)] {
    if (!is_finishing() && !is_done())
      fail(ExitStatus::timeout, what + ": no answer in " + to_text(*timeout_));
  });
}

void Connection::later(std::chrono::milliseconds delay, std::function<void(Session&)> call) {
  loop_.after(delay, [this, number = connects_, call = std::move(call)] {
    if (number == connects_ && !is_finishing() && joined() && !session_->ended()) call(*session_);
  });
}

void Connection::on_signal() {
  for (int number = signals_.take(); number != 0; number = signals_.take()) take_signal(number);
  loop_.when_readable(signals_.descriptor(), [this] { on_signal(); });
}

void Connection::take_signal(int number) {
  if (number == SIGWINCH) {
    if (when_resized_) when_resized_();
  } else if (number == SIGTSTP) {
    if (when_suspended_) when_suspended_();
    signals_.suspend();
    if (when_continued_) when_continued_();  // also if the system has not stopped us
  } else if (number == SIGCONT) {
    if (when_continued_) when_continued_();
  } else if (needs_farewell_) {  // which may take long
    status_ = ExitStatus::interrupted;
    loop_.stop();
  } else {
    finish(ExitStatus::interrupted);
  }
}

void Connection::when_suspended(std::function<void()> before, std::function<void()> afterwards) {
  when_suspended_ = std::move(before);
  when_continued_ = std::move(afterwards);
  signals_.take_suspension();
}

}  // namespace client::command
