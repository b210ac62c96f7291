#include "router/http/client/stream_session.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "router/memory/holding.h"
#include "router/session/session.h"
#include "transport/framing/close_code.h"
#include "transport/http/request_head.h"
#include "transport/memory/has_memory_for.h"
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
}

void StreamSession::sweep(SteadyTime now) {
  if (has_ended_ || !door_ || !is_welcome_) return;
  on_sweep(now);
  if (has_ended_ || now - told_at_ < comment_interval) return;
  if (takes_nothing()) return door_->real().drop("the client takes nothing of what it is told");
  begin();
  tell(comment);
}

// Of what it was told since it was last looked at, nor before that.
bool StreamSession::takes_nothing() {
  const int64_t before = std::exchange(taken_, door_->real().taken_bytes());
  looks_in_vain_ = before == taken_ ? looks_in_vain_ + 1 : 0;
  return looks_in_vain_ > 1;
}

// ---- for who tells

void StreamSession::begin() {
  if (has_begun_) return;
  std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Accel-Buffering: no\r\nConnection: close\r\n";
  for (const auto& [name, value] : start_->headers)
    head.append(name).append(": ").append(value).append("\r\n");
  tell(head += "\r\n");
  has_begun_ = true;
  start_.reset();
}

void StreamSession::tell(std::string_view text) {
  tell(transport::Buffer::of(text));
}

void StreamSession::tell(const transport::BufferRef& text) {
  if (has_ended_ || !door_) return;
  told_at_ = desk_.worker.loop().now();
  door_->real().send(text);
}

void StreamSession::end_with(const Reply& reply, std::string_view event) {
  if (has_ended_) return;
  const bool comes_of_drain = desk_.worker.shutting_down() && is_undone(reply);
  if (comes_of_drain && !has_begun_ && is_ended_by_refusal())
    return end_for_now(shuts_down, desk_.worker.retry_after_ms());
  transport::HttpResponse response = refusal(
      comes_of_drain ? OwnError(Reply::Kind::refused, wamp::error_uri::unavailable, shuts_down).reply()
                     : reply);
  if (has_begun_) {
    tell("event: " + std::string(event) + "\ndata: " + response.body + "\n\n");
  } else {
    if (comes_of_drain) response = with_retry_after(std::move(response), desk_.worker.retry_after_ms());
    response.headers.insert(response.headers.end(), start_->headers.begin(), start_->headers.end());
    tell(transport::response_bytes(response, false));
    has_begun_ = true;
  }
  end(event);
}

void StreamSession::end_for_now(std::string_view why, uint64_t retry_ms) {
  begin();
  tell("retry: " + std::to_string(std::max(retry_ms, shortest_retry_ms)) + "\n\n");
  end(why);
}

void StreamSession::end(std::string_view why) {
  if (std::exchange(has_ended_, true) || !door_) return;
  door_->real().close(transport::close_code::normal, why);
}

template <class Work>
void StreamSession::later(Work work) {
  const bool will_be_done = transport::has_memory_for([&] {
    desk_.worker.loop().post(
        [this, self = std::weak_ptr<StreamSession*>(self_), its_work = std::move(work)]() mutable {
          const auto stream = self.lock();
          if (stream && !transport::has_memory_for(its_work)) end_without_memory();
        });
  });
  if (!will_be_done) end_without_memory();
}

// Something that was to be said or told never will be.
void StreamSession::end_without_memory() {
  if (has_ended_ || !door_) return;
  const bool has_told = transport::has_memory_for([this] {
    if (!has_begun_ && is_ended_by_refusal()) return end_for_now("no memory left", shortest_retry_ms);
    end_with(OwnError(Reply::Kind::error, wamp::error_uri::unavailable, "no memory left").reply(), "error");
  });
  if (!has_told) door_->real().on_out_of_memory();
}

void StreamSession::say_later(std::string message) {
  later([this, text = std::move(message)]() mutable { say(std::move(text)); });
}

void StreamSession::say(std::string message) {
  if (session_ && !has_ended_) session_->on_message(message);
}

transport::Charge StreamSession::charge_for_events(size_t bytes) const {
  return {door_->account(), holding::events, bytes};
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
      end_with(OwnError(Reply::Kind::refused, message.reason, said ? *said : "").reply(), "error");
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
    return end_for_now(message.reason, *after_ms);
  }
  end_with(
      OwnError(Reply::Kind::refused, wamp::error_uri::unavailable, "the session has ended: " + message.reason)
          .reply(),
      "error");
}

}  // namespace router::http
