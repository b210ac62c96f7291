#include "router/http/client/stream_session.h"

#include <cassert>
#include <utility>

#include "router/session/session.h"
#include "transport/framing/close_code.h"
#include "transport/http/request_head.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

// After which a client is told something, so that it, and what is in between, know that all is well.
constexpr auto comment_interval = std::chrono::seconds(15);
constexpr std::string_view comment = ":\n\n";

}  // namespace

StreamSession::Door::Door(StreamSession& stream, transport::Connection& real)
    : Connection(real.account()), stream_(stream), real_(real) {}

StreamSession::StreamSession(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials,
                             Headers headers, size_t& count)
    : desk_(desk),
      start_(std::make_unique<const Start>(
          Start{std::move(entrance), std::move(credentials), std::move(headers)})),
      count_(count) {
  ++count_;
}

StreamSession::~StreamSession() {
  forget();
  --count_;
}

void StreamSession::forget() {
  if (place_ == SIZE_MAX) return;
  StreamSession*& place = desk_.streams[place_];
  place = desk_.streams.back();
  place->place_ = place_;
  desk_.streams.pop_back();
  place_ = SIZE_MAX;
}

// ---- for its connection

void StreamSession::on_open(transport::Connection& connection) {
  connection_ = &connection;
  door_.emplace(*this, connection);
  self_ = std::make_shared<StreamSession*>(this);
  told_at_ = desk_.worker.loop().now();
  desk_.streams.push_back(this);
  place_ = desk_.streams.size() - 1;
  session_ = std::make_unique<Session>(desk_.worker, start_->entrance, serializers::Format::json);
  session_->on_open(*door_);
  say_later(start_->credentials.hello());
}

void StreamSession::on_give_way(size_t held) {
  if (session_) session_->on_give_way(held);
}

void StreamSession::on_closed(const transport::CloseReason& reason) {
  self_.reset();
  forget();
  if (const auto session = std::move(session_)) session->on_closed(reason);
  door_.reset();
  connection_ = nullptr;
}

void StreamSession::sweep(SteadyTime now) {
  if (has_ended_ || !connection_ || !is_welcome_) return;
  on_sweep(now);
  if (has_ended_ || now - told_at_ < comment_interval) return;
  if (takes_nothing()) return connection_->drop("the client takes nothing of what it is told");
  begin();
  tell(comment);
}

// Of what it was told since it was last looked at, nor before that.
bool StreamSession::takes_nothing() {
  const int64_t before = std::exchange(taken_, connection_->taken_bytes());
  looks_in_vain_ = before == taken_ ? looks_in_vain_ + 1 : 0;
  return looks_in_vain_ > 1;
}

// ---- for who tells

void StreamSession::begin() {
  if (std::exchange(has_begun_, true)) return;
  std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Accel-Buffering: no\r\nConnection: close\r\n";
  for (const auto& [name, value] : start_->headers)
    head.append(name).append(": ").append(value).append("\r\n");
  start_.reset();
  tell(head += "\r\n");
}

void StreamSession::tell(std::string_view text) {
  tell(transport::Buffer::of(text));
}

void StreamSession::tell(const transport::BufferRef& text) {
  if (has_ended_ || !connection_) return;
  told_at_ = desk_.worker.loop().now();
  connection_->send(text);
}

void StreamSession::end_with(const Reply& reply, std::string_view event) {
  if (has_ended_) return;
  transport::HttpResponse response = refusal(reply);
  if (has_begun_) {
    tell("event: " + std::string(event) + "\ndata: " + response.body + "\n\n");
  } else {
    has_begun_ = true;
    response.headers.insert(response.headers.end(), start_->headers.begin(), start_->headers.end());
    tell(transport::response_bytes(response, false));
  }
  end(event);
}

void StreamSession::end(std::string_view why) {
  if (std::exchange(has_ended_, true) || !connection_) return;
  connection_->close(transport::close_code::normal, why);
}

void StreamSession::later(std::function<void()> work) {
  desk_.worker.loop().post([self = std::weak_ptr<StreamSession*>(self_), work = std::move(work)] {
    if (const auto stream = self.lock()) work();
  });
}

void StreamSession::say_later(std::string message) {
  later([this, text = std::move(message)] { say(text); });
}

void StreamSession::say(std::string message) {
  if (session_ && !has_ended_) session_->on_message(message);
}

// ---- for its session

void StreamSession::hear_frame(const transport::BufferRef& frame) {
  auto hear_it = [this, &frame](auto& message) {
    using M = std::remove_cvref_t<decltype(message)>;
    if constexpr (std::is_same_v<M, wamp::Event>) {
      hear(message, frame);
    } else if constexpr (std::is_same_v<M, wamp::Subscribed> || std::is_same_v<M, wamp::CallResult> ||
                         std::is_same_v<M, wamp::Error>) {
      hear(message);
    } else if constexpr (std::is_same_v<M, wamp::Welcome>) {
      is_welcome_ = true;
      told_at_ = desk_.worker.loop().now();
      later([this] { on_welcome(); });
    } else if constexpr (std::is_same_v<M, wamp::Challenge>) {
      say_later(start_->credentials.authenticate());
    } else if constexpr (std::is_same_v<M, wamp::Goodbye>) {
      on_goodbye(message);
    } else if constexpr (std::is_same_v<M, wamp::Abort>) {
      const wamp::Value* const text = message.details.find("message");
      const auto* const said = text ? text->template get<std::string>() : nullptr;
      end_with(
          OwnError(is_welcome_ ? Reply::Kind::error : Reply::Kind::refused, message.reason, said ? *said : "")
              .reply(),
          "error");
    }
  };
  const auto decoded =
      serializers::decode(serializers::Format::json, frame->view(), desk_.scratch,
                          {serializers::max_nesting, {}}, serializers::MessageTaker(hear_it));
  assert(decoded && "the session has made it");
  static_cast<void>(decoded);
}

void StreamSession::on_goodbye(const wamp::Goodbye& message) {
  const wamp::Value* const after = message.details.find("retry_after");
  const auto after_ms = after ? wamp::as_unsigned(*after) : std::nullopt;
  if (has_begun_ && after_ms) {
    tell("retry: " + std::to_string(*after_ms) + "\n\n");
    return end(message.reason);
  }
  end_with(
      OwnError(Reply::Kind::error, wamp::error_uri::unavailable, "the session has ended: " + message.reason)
          .reply(),
      "error");
}

}  // namespace router::http
