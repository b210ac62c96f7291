#include "router/http/client/member.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "router/dealer/call_options.h"
#include "router/events/publish_options.h"
#include "router/memory/holding.h"
#include "router/memory/value_bytes.h"
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
struct Member::Request final : transport::HttpWaiter {
  Request(Member& its_member, transport::HttpExchange& its_exchange, Question what, Respond how)
      : member(its_member), exchange(&its_exchange), question(std::move(what)), respond(std::move(how)) {
    ++member.in_flight();
    count();
  }
  ~Request() { --member.in_flight(); }
  Request(const Request&) = delete;
  void on_gone(transport::HttpExchange&) override { member.on_gone(*this); }

  void on_said(uint64_t its_id) {
    id = its_id;
    question.reset();
    count();
  }
  void count() {
    size_t bytes = allocated(sizeof(Request)) + allocated(sizeof(Requests::value_type) + map_node);
    if (question)
      bytes += allocated(question->uri) + allocated(question->options) + allocated(question->payload);
    charge.set(bytes);
  }

  transport::HttpResponse responded(Reply reply) const {
    reply.was_said = id != 0;
    return respond(reply);
  }

  static constexpr size_t map_node = 32;  // colour, parent, left, right
  Member& member;
  uint64_t number = 0;
  uint64_t id = 0;                    // in its session; 0: it was not said yet, or it is nothing to be said
  transport::HttpExchange* exchange;  // null: the client has gone
  std::optional<Question> question;   // until it is said
  const Respond respond;
  SteadyTime deadline;
  transport::Charge charge{member.account(), holding::requests};
  bool is_settled = false;
  std::optional<transport::HttpResponse> response;  // once it is settled, if there was memory for it
};

Member::Member(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials, std::string key,
               std::string peer, Home& home)
    : Connection(desk.worker.loop().new_account()),
      desk_(desk),
      entrance_(std::move(entrance)),
      credentials_(std::move(credentials)),
      key_(std::move(key)),
      peer_(std::move(peer)),
      home_(home),
      charge_(account(), holding::session,
              allocated(sizeof(Member)) + allocated(credentials_.authid) + allocated(credentials_.secret) +
                  2 * allocated(key_) + allocated(peer_)),
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
  assert(state_ != State::ended);
  const SteadyTime now = desk_.worker.loop().now();
  last_used_ = now;
  if (meter_ && meter_->over(now))
    return respond(OwnError(Reply::Kind::error, wamp::error_uri::too_many_requests,
                            "more requests than the role may make in a second")
                       .reply());
  if (const auto wrong = violation_of(question))
    return respond(OwnError(Reply::Kind::error, wamp::error_uri::invalid_argument, *wrong).reply());
  if (question.kind == Question::Kind::call)
    question.options.set("timeout", static_cast<int64_t>(question.timeout.count()));
  else if (question.kind == Question::Kind::publication)
    question.options.set("acknowledge", true);
  if (meter_) {
    meter_->take_message(now);
    meter_->take_bytes(now, question.uri.size() + allocated(question.options) + question.payload.size());
  }
  const auto deadline = now + question.timeout + grace;
  auto request = std::make_unique<Request>(*this, exchange, std::move(question), std::move(respond));
  request->deadline = deadline;
  request->number = ++last_number_;
  transport::HttpWaiter* const waiter = request.get();
  // Not within the call of a request, as the answer may come at once.
  later(&Member::say_all);
  // What may fail is over when it is in the table, as its connection ends without a word if something does.
  waiting_.emplace_hint(waiting_.end(), last_number_, std::move(request));
  return transport::Service::Later{waiter};
}

void Member::say_all() {
  if (saying_) return;
  while (state_ == State::open && receiver_ && !pauses_.any()) {
    if (!to_cancel_.empty()) {
      const uint64_t id = to_cancel_.back();
      to_cancel_.pop_back();
      say(cancel_text(id));
    } else if (!waiting_.empty()) {
      say_next();
    } else {
      return;
    }
  }
}

// It gets its id now: a realm may want them without a gap, and not all that is asked is said.
void Member::say_next() {
  const auto next = waiting_.begin();
  const Question& question = *next->second->question;
  if (question.kind == Question::Kind::role)
    return settle(waiting_, next, {.kind = Reply::Kind::role, .role = role_});
  std::string text = message_of(question, last_id_ + 1);
  auto node = waiting_.extract(next);
  node.key() = ++last_id_;
  node.mapped()->on_said(last_id_);
  said_.insert(std::move(node));
  say(std::move(text));
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

void Member::on_gone(Request& request) {
  request.exchange = nullptr;
  if (request.is_settled) return;
  if (request.id != 0) return cancel(request.id);
  last_used_ = desk_.worker.loop().now();
  waiting_.erase(request.number);
}

// Without memory for it the call goes on until it is late.
void Member::cancel(uint64_t id) noexcept {
  if (state_ != State::open) return;
  transport::has_memory_for([&] {
    to_cancel_.push_back(id);
    later(&Member::say_all);
  });
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
  if (home_.on_in(*this)) return come_in();
  leave(Reply::Kind::error, wamp::error_uri::too_many_requests, "too many others ask here at this time",
        "there is no room for it");
}

void Member::come_in() {
  const size_t count = waiting_.size() + settled_.size();
  in_flight() -= count;
  was_in_ = true;
  in_flight() += count;
  later(&Member::say_all);
}

void Member::hear(const wamp::Challenge&) {
  later(&Member::authenticate);
}

void Member::hear(const wamp::Abort& message) {
  const wamp::Value* const text = message.details.find("message");
  const auto* const said = text ? text->get<std::string>() : nullptr;
  leave(Reply::Kind::refused,
        state_ == State::joining ? std::string_view(message.reason) : wamp::error_uri::unavailable,
        said ? *said : "", "the session was aborted: " + message.reason);
}

void Member::hear(const wamp::Goodbye& message) {
  leave(Reply::Kind::refused, wamp::error_uri::unavailable, "the session has ended: " + message.reason,
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

void Member::settle(uint64_t id, const Reply& reply) {
  if (const auto found = said_.find(id); found != said_.end()) settle(said_, found, reply);
}

void Member::settle(Requests& from, Requests::iterator found, const Reply& reply) noexcept {
  auto node = from.extract(found);
  Request& request = *node.mapped();
  request.is_settled = true;
  if (request.exchange) transport::has_memory_for([&] { request.response = request.responded(reply); });
  node.key() = request.number;
  const bool is_first = settled_.empty();
  settled_.insert(std::move(node));
  if (is_first) transport::has_memory_for([this] { later(&Member::answer_all); });
}

void Member::answer_all() {
  last_used_ = desk_.worker.loop().now();
  while (!settled_.empty()) {
    Request& next = *settled_.begin()->second;
    if (next.exchange && !next.response) {
      const OwnError error(Reply::Kind::error, wamp::error_uri::unavailable, "no memory left");
      next.response = next.responded(error.reply());
    }
    const auto answered = settled_.extract(settled_.begin());
    if (next.exchange) next.exchange->answer(*std::move(next.response));
  }
}

// ---- time, pauses, the end

void Member::sweep(SteadyTime now) {
  if (!settled_.empty()) answer_all();  // what there was no memory for when it was to be done
  if (state_ == State::ended) return tell_end();
  settle_late(waiting_, now);
  settle_late(said_, now);
}

void Member::settle_late(Requests& from, SteadyTime now) {
  const OwnError error(Reply::Kind::error, wamp::error_uri::timeout, "the callee has not answered in time");
  for (auto it = from.begin(); it != from.end();) {
    const auto request = it++;
    if (now < request->second->deadline) continue;
    const uint64_t id = request->second->id;
    settle(from, request, error.reply());
    if (id != 0) cancel(id);
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
  drop("not used");
}

void Member::close(uint16_t, std::string_view reason) {
  drop(std::string(reason));
}

void Member::drop(std::string why) {
  leave(Reply::Kind::refused, wamp::error_uri::unavailable, "the session has ended", std::move(why));
}

// The session is told later, as this may be within a call of its own.
void Member::leave(Reply::Kind kind, std::string_view uri, std::string_view text, std::string why) {
  if (state_ == State::ended) return;
  state_ = State::ended;
  home_.on_leaving(*this);
  pauses_.end();
  end_reason_ = std::move(why);
  std::optional<OwnError> error;
  transport::has_memory_for([&] { error.emplace(kind, uri, text); });
  for (Requests* const open : {&waiting_, &said_})
    while (!open->empty()) settle(*open, open->begin(), error ? error->reply() : Reply{kind, uri});
  transport::has_memory_for([this] { later(&Member::tell_end); });
}

void Member::tell_end() {
  if (!receiver_) return;
  const auto receiver = std::move(receiver_);
  receiver->on_closed({transport::close_code::normal, true, end_reason_});
}

void Member::later(void (Member::*work)()) {
  desk_.worker.loop().post([self = weak_from_this(), work] {
    const auto member = self.lock();
    if (member && !transport::has_memory_for([&] { (member.get()->*work)(); })) member->on_out_of_memory();
  });
}

}  // namespace router::http
