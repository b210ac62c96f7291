#include "router/http/streams/call_stream.h"

#include <utility>

#include "router/http/streams/event_text.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

// The dealer ends calls in time, unless their callee has said that it does so itself.
constexpr auto stream_grace = std::chrono::seconds(1);

}  // namespace

CallStream::CallStream(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials,
                       Headers headers, size_t& count, Question question)
    : StreamSession(desk, std::move(entrance), std::move(credentials), std::move(headers), count),
      question_(std::make_unique<Question>(std::move(question))) {}

void CallStream::on_welcome() {
  const auto question = std::move(question_);
  question->options.set("receive_progress", true);
  question->options.set("timeout", static_cast<int64_t>(question->timeout.count()));
  deadline_ = desk().worker.loop().now() + question->timeout + stream_grace;
  say_later(message_of(*question, 1));
}

void CallStream::hear(wamp::CallResult& message) {
  const wamp::Value* const progress = message.details.find("progress");
  const bool is_last = !progress || *progress != wamp::Value(true);
  begin();
  tell(sent_event(is_last ? "result" : "progress",
                  arguments_text(serializers::json_arguments(message.payload))));
  if (is_last) end("the call has ended");
}

void CallStream::hear(wamp::Error& message) {
  end_with({Reply::Kind::error, message.error, serializers::json_arguments(message.payload)}, "error");
}

void CallStream::on_sweep(SteadyTime now) {
  if (now < deadline_) return;
  end_with(
      OwnError(Reply::Kind::error, wamp::error_uri::timeout, "the callee has not answered in time").reply(),
      "error");
}

}  // namespace router::http
