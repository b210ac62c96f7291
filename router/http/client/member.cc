#include "router/http/client/member.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "router/dealer/call_options.h"
#include "router/events/publish_options.h"
#include "router/memory/holding.h"
#include "router/session/session.h"
#include "transport/framing/close_code.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

// The dealer ends calls in time, unless their callee has said that it does so itself.
constexpr auto grace = std::chrono::seconds(1);

// What an ABORT would answer, which would end the session of all who ask as this member.
std::optional<std::string> violation_of(const Question& question) {
  const auto said = [](const auto& read) {
    return read || read.error().is_refusable ? std::nullopt : std::optional(read.error().message);
  };
  return question.kind == Question::Kind::publication
             ? said(broker::publish_options(question.options, config::SessionLimits()))
             : said(dealer::call_options(question.options, SIZE_MAX));
}

std::string cancel_text(uint64_t request) {
  return serializers::encode(serializers::Format::json,
                             wamp::Cancel{wamp::RequestId(request), {{"mode", "killnowait"}}});
}

}  // namespace

// A request that is not answered yet.
struct Member::Pending final : transport::HttpWaiter {
  Pending(Member& its_member, uint64_t request, transport::HttpExchange& its_exchange, Respond how)
      : member(its_member), id(request), exchange(&its_exchange), respond(std::move(how)) {
    ++member.in_flight_;
  }
  ~Pending() { --member.in_flight_; }
  Pending(const Pending&) = delete;
  void on_gone(transport::HttpExchange&) override { member.on_gone(*this); }

  Member& member;
  const uint64_t id;
  transport::HttpExchange* exchange;  // null: the client has gone
  Respond respond;
  SteadyTime deadline;
  transport::Charge charge;
  std::optional<transport::HttpResponse> response;  // until it is answered, at the end of the turn
};

Member::Member(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials,
               std::string peer, size_t& in_flight)
    : Connection(desk.worker.loop().new_account()),
      desk_(desk),
      entrance_(std::move(entrance)),
      credentials_(std::move(credentials)),
      peer_(std::move(peer)),
      in_flight_(in_flight),
      last_used_(desk.worker.loop().now()),
      receiver_(std::make_unique<Session>(desk.worker, entrance_, serializers::Format::json)) {
  limit_rate({});
}

Member::~Member() = default;

void Member::start() {
  desk_.worker.loop().add_holder(weak_from_this());
  receiver_->on_open(*this);
  later(&Member::log_in);
}

void Member::log_in() {
  say(credentials_.hello());
}

void Member::authenticate() {
  say(credentials_.authenticate());
}

// ---- what is asked

transport::Service::Answer Member::ask(Question question, transport::HttpExchange& exchange,
                                       Respond respond) {
  assert(!leaving());
  const SteadyTime now = desk_.worker.loop().now();
  last_used_ = now;
  if (meter_ && meter_->over(now))
    return respond(OwnError(Reply::Kind::error, wamp::error_uri::too_many_requests,
                            "more requests than the role may make in a second")
                       .reply());
  if (const auto wrong = violation_of(question))
    return respond(OwnError(Reply::Kind::error, wamp::error_uri::invalid_argument, *wrong).reply());
  const uint64_t id = ++last_request_;
  if (question.kind == Question::Kind::call)
    question.options.set("timeout", static_cast<int64_t>(question.timeout.count()));
  else
    question.options.set("acknowledge", true);
  std::string text = question.kind == Question::Kind::role ? "" : message_of(question, id);
  if (meter_) {
    meter_->take_message(now);
    meter_->take_bytes(now, text.size());
  }
  auto pending = std::make_unique<Pending>(*this, id, exchange, std::move(respond));
  pending->deadline = now + question.timeout + grace;
  pending->charge = transport::Charge(account(), holding::requests,
                                      transport::allocated(sizeof(Pending)) + transport::allocated(text));
  transport::HttpWaiter* const waiter = pending.get();
  to_say_.push_back({id, std::move(text)});
  pending_.emplace(id, std::move(pending));
  // Not within the call of a request, as the answer may come at once.
  later(&Member::say_all);
  return transport::Service::Later{waiter};
}

void Member::say_all() {
  if (saying_) return;
  while (state_ == State::open && receiver_ && !to_say_.empty() && !pauses_.any()) {
    std::string text = std::move(to_say_.front().text);
    const uint64_t request = to_say_.front().request;
    to_say_.pop_front();
    if (text.empty())
      tell_role(request);
    else
      say(std::move(text));
  }
}

void Member::tell_role(uint64_t request) {
  settle(request, {.kind = Reply::Kind::role, .role = role_});
}

void Member::say(std::string text) {
  if (!receiver_ || state_ == State::ended) return;
  struct Saying {
    explicit Saying(bool& on_the_way) : flag(on_the_way) { flag = true; }
    ~Saying() { flag = false; }  // also if there is no memory for it
    bool& flag;
  } const saying(saying_);
  receiver_->on_message(text);
}

void Member::on_gone(Pending& pending) {
  pending.exchange = nullptr;
  if (!pending.response) cancel(pending.id);
}

void Member::cancel(uint64_t request) {
  const auto waiting = std::find_if(to_say_.begin(), to_say_.end(),
                                    [request](const Said& said) { return said.request == request; });
  if (waiting != to_say_.end()) {
    to_say_.erase(waiting);
    return settle(request, OwnError(Reply::Kind::error, wamp::error_uri::canceled, "").reply());
  }
  if (state_ != State::open) return;
  to_say_.push_back({0, cancel_text(request)});
  later(&Member::say_all);
}

// ---- what is heard

void Member::send(transport::BufferRef frame) {
  if (state_ == State::ended) return;
  auto hear_it = [this](auto& message) { hear(message); };
  const auto decoded =
      serializers::decode(serializers::Format::json, frame->view(), desk_.scratch,
                          {serializers::max_nesting, {}}, serializers::MessageTaker(hear_it));
  assert(decoded && "the session has made it");
  static_cast<void>(decoded);
}

void Member::hear(const wamp::Welcome& message) {
  state_ = State::open;
  const wamp::Value* const role = message.details.find("authrole");
  if (const auto* const name = role ? role->get<std::string>() : nullptr) role_ = *name;
  later(&Member::say_all);
}

void Member::hear(const wamp::Challenge&) {
  later(&Member::authenticate);
}

void Member::hear(const wamp::Abort& message) {
  const wamp::Value* const text = message.details.find("message");
  const auto* const said = text ? text->get<std::string>() : nullptr;
  const auto kind = state_ == State::joining ? Reply::Kind::refused : Reply::Kind::error;
  leave(kind, kind == Reply::Kind::refused ? std::string_view(message.reason) : wamp::error_uri::unavailable,
        said ? *said : "", "the session was aborted: " + message.reason);
}

void Member::hear(const wamp::Goodbye& message) {
  leave(Reply::Kind::error, wamp::error_uri::unavailable, "the session has ended: " + message.reason,
        message.reason);
}

void Member::hear(const wamp::CallResult& message) {
  settle(message.request.value, {Reply::Kind::result, {}, serializers::json_arguments(message.payload)});
}

void Member::hear(const wamp::Published& message) {
  settle(message.request.value, {Reply::Kind::published, {}, {}, message.publication.value});
}

void Member::hear(const wamp::Error& message) {
  settle(message.request.value,
         {Reply::Kind::error, message.error, serializers::json_arguments(message.payload)});
}

// ---- the answers

void Member::settle(uint64_t request, const Reply& reply) {
  if (const auto found = pending_.find(request); found != pending_.end()) settle(*found->second, reply);
}

void Member::settle(Pending& pending, const Reply& reply) {
  if (pending.response) return;
  pending.response = pending.respond(reply);
  settled_.push_back(pending.id);
  if (settled_.size() == 1) later(&Member::answer_all);
}

void Member::answer_all() {
  last_used_ = desk_.worker.loop().now();
  for (const uint64_t id : std::exchange(settled_, {})) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) continue;
    const std::unique_ptr<Pending> pending = std::move(found->second);
    pending_.erase(found);
    if (pending->exchange) pending->exchange->answer(*std::move(pending->response));
  }
}

// ---- time, pauses, the end

void Member::sweep(SteadyTime now) {
  if (state_ == State::ended) {
    if (!settled_.empty()) answer_all();  // what there was no memory for when it was to be done
    return tell_end();
  }
  for (const auto& [id, pending] : pending_) {
    if (pending->response || now < pending->deadline) continue;
    settle(*pending,
           OwnError(Reply::Kind::error, wamp::error_uri::timeout, "the callee has not answered in time")
               .reply());
    cancel(id);
  }
}

void Member::on_resumed() {
  if (!transport::has_memory_for([this] { later(&Member::say_all); })) on_out_of_memory();
}

void Member::limit_rate(const transport::Rate& rate) {
  const transport::Rate lowest = transport::lower(
      rate, {entrance_->transport.limits.messages_per_second, entrance_->transport.limits.bytes_per_second});
  if (meter_ && meter_->rate() == lowest) return;
  meter_.reset();
  if (!lowest.unlimited()) meter_.emplace(lowest);
}

void Member::probe() {
  receiver_->on_alive();
}

void Member::give_way(size_t held) {
  if (receiver_ && state_ != State::ended) receiver_->on_give_way(held);
  drop("the router is short of memory");
}

void Member::end() {
  leave(Reply::Kind::error, wamp::error_uri::unavailable, "the session has ended", "nothing was asked");
}

void Member::close(uint16_t, std::string_view reason) {
  leave(Reply::Kind::error, wamp::error_uri::unavailable, "the session has ended", std::string(reason));
}

void Member::drop(std::string why) {
  leave(Reply::Kind::error, wamp::error_uri::unavailable, "the session has ended", std::move(why));
}

// Never inside a call of the session's.
void Member::leave(Reply::Kind kind, std::string_view uri, std::string_view text, std::string why) {
  if (state_ == State::ended) return;
  state_ = State::ended;
  pauses_.end();
  end_reason_ = std::move(why);
  to_say_.clear();
  transport::has_memory_for([&] {
    const OwnError error(kind, uri, text);
    for (const auto& entry : pending_) settle(*entry.second, error.reply());
    later(&Member::tell_end);
  });
}

void Member::tell_end() {
  if (!receiver_) return;
  const auto receiver = std::move(receiver_);
  receiver->on_closed({transport::close_code::normal, true, end_reason_});
}

void Member::later(void (Member::*work)()) {
  desk_.worker.loop().post([self = weak_from_this(), work] {
    if (const auto member = self.lock()) (member.get()->*work)();
  });
}

}  // namespace router::http
