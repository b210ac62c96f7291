#include "tests/router/support/crowd_visitor.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/support/json_wire.h"
#include "wamp/attributes.h"

namespace router {
namespace {

using serializers::Format;

constexpr auto crowd_hello =
    R"([1,"realm1",{"roles":{"caller":{"features":{"progressive_call_results":true,"progressive_call_invocations":true}},
"callee":{"features":{"call_canceling":true,"call_reroute":true,"call_timeout":true,"registration_revocation":true,
"progressive_call_invocations":true,"progressive_call_results":true}},"publisher":{},
"subscriber":{"features":{"subscription_revocation":true}}}}])";

constexpr const char* topics[] = {"com.a", "com.b", "com.news", "wamp.session.on_leave"};
constexpr const char* procedures[] = {"com.p", "com.q", "com.shared", "com.auth"};
constexpr const char* invocation_rules[] = {R"({})", R"({"invoke":"roundrobin"})",
                                            R"({"invoke":"roundrobin","concurrency":1})",
                                            R"({"force_reregister":true})"};
constexpr const char* call_options[] = {R"({})", R"({"receive_progress":true})", R"({"timeout":2})",
                                        R"({"receive_progress":true,"timeout":5})"};

const std::string& chunk() {
  static const std::string text(150'000, 'x');
  return text;
}

}  // namespace

CrowdVisitor::CrowdVisitor(Worker& worker, const std::vector<std::shared_ptr<const Entrance>>& entrances,
                           CrowdBoard& board, size_t place, uint64_t seed)
    : QueuedConnection("crowd:" + std::to_string(place),
                       entrances.front()->transport.limits.max_queued_bytes),
      worker_(worker),
      entrances_(entrances),
      board_(board),
      place_(place),
      random_(seed),
      format_(place % 3 ? Format::json : Format::msgpack) {}

CrowdVisitor::~CrowdVisitor() = default;

// ---- the connection

void CrowdVisitor::connect() {
  begin_anew();
  waits_for_welcome_ = in_session_ = is_frozen_ = false;
  is_reading_ = true;
  session_ = std::make_unique<Session>(worker_, entrances_[chance(entrances_.size())], format_);
  session_->on_open(*this);
}

void CrowdVisitor::leave() {
  board_.sessions[place_] = 0;
  if (!session_) return;
  end();
  session_->on_closed({0, true, "the socket broke"});
  session_.reset();
}

void CrowdVisitor::probe() {
  if (!is_frozen_ && !ended()) session_->on_alive();
}

// ---- what it does

void CrowdVisitor::act() {
  if (!session_) return connect();
  if (ended()) {
    read_frames(waiting());
    return leave();
  }
  if (chance(40) == 0) is_reading_ = !is_reading_;
  if (chance(100) == 0) is_frozen_ = !is_frozen_;
  if (is_reading_) read_frames(chance(20));
  const size_t what = chance(200);
  if (what == 0) return leave();
  if (what == 1) return session_->sweep(worker_.loop().now());
  if (what == 2) return session_->on_silent();
  if (what == 3) return session_->on_give_way(account()->total());
  for (size_t messages = 1 + chance(4); messages > 0 && !pauses_.any() && !ended(); --messages) speak();
  session_->on_read_end();
}

bool CrowdVisitor::act_politely() {
  if (!session_) return false;
  read_frames(waiting());
  if (!pauses_.any() && !ended() && in_session_ == false && !has_said_goodbye_) say_goodbye();
  session_->on_read_end();
  if (ended()) leave();
  return session_ != nullptr;
}

void CrowdVisitor::says(const std::string& json) {
  std::string bytes = test_support::converted(Format::json, format_, json);
  session_->on_message({bytes.data(), bytes.size()});
}

void CrowdVisitor::speak() {
  if (!in_session_) {
    if (waits_for_welcome_) return;
    waits_for_welcome_ = true;
    has_said_goodbye_ = false;
    last_request_ = 0;
    return says(crowd_hello);
  }
  if (has_said_goodbye_) return;
  const size_t what = chance(100);
  if (what < 55) return ask();
  if (what < 80) return answer();
  if (what < 96) return call_router();
  end_session();
}

void CrowdVisitor::ask() {
  const std::string topic = "\"" + std::string(topics[chance(std::size(topics))]) + "\"";
  const std::string procedure = "\"" + std::string(procedures[chance(std::size(procedures))]) + "\"";
  switch (chance(8)) {
    case 0:
      return says("[32," + next_request() + ",{}," + topic + "]");
    case 1:
      return says("[32," + next_request() + R"(,{"match":"prefix"},"com."])");
    case 2:
      return give_up(subscriptions_, "34");
    case 3:
      return says("[16," + next_request() + R"(,{"exclude_me":false},"com.news",[")" +
                  (chance(30) ? "news" : chunk()) + "\"]]");
    case 4:
      return says("[64," + next_request() + "," + invocation_rules[chance(std::size(invocation_rules))] +
                  "," + procedure + "]");
    case 5:
      return give_up(registrations_, "66");
    case 6:
      if (calls_.empty()) return;
      return says("[49," + std::to_string(*calls_.rbegin()) +
                  (chance(2) ? R"(,{"mode":"killnowait"}])" : R"(,{"mode":"kill"}])"));
    default:
      calls_.insert(last_request_ + 1);
      return says("[48," + next_request() + "," + call_options[chance(std::size(call_options))] + "," +
                  procedure + ",[1]]");
  }
}

void CrowdVisitor::give_up(const std::set<uint64_t>& held, const char* message_type) {
  if (held.empty()) return;
  given_up_[last_request_ + 1] = *held.begin();
  says("[" + std::string(message_type) + "," + next_request() + "," + std::to_string(*held.begin()) + "]");
}

void CrowdVisitor::answer() {
  if (invocations_.empty()) return;
  const std::string invocation = std::to_string(invocations_.front());
  const size_t how = chance(8);
  if (how < 3) return says("[70," + invocation + R"(,{"progress":true},[")" + chunk() + "\"]]");
  if (how < 7) invocations_.pop_front();
  if (how < 5) return says("[70," + invocation + R"(,{},[{"allow":true,"cache":false}]])");
  if (how == 5) return says("[8,68," + invocation + R"(,{},"wamp.error.unavailable"])");
  says("[8,68," + invocation + R"(,{},"com.error"])");
}

void CrowdVisitor::call_router() {
  const std::string whose = std::to_string(somebody());
  calls_.insert(last_request_ + 1);
  const std::string begin = "[48," + next_request() + R"(,{},"wamp.)";
  switch (chance(12)) {
    case 0:
    case 1:
    case 2:
      return says(begin + R"(session.kill",[)" + whose + R"(],{"reason":"com.kicked"}])");
    case 3:
      return says(begin + R"(session.kill_by_authid",["anonymous-)" + whose + "\"]]");
    case 4:
      return says(begin + (chance(20) ? R"(session.count"])" : R"(session.kill_all"])"));
    case 5:
    case 6:
      return says(begin + R"(session.add_testament",["com.news",["the end"],{}]])");
    case 7:
      return says(begin + R"(session.flush_testaments"])");
    case 8:
      return says(begin + R"(session.modify_details",[)" + whose + R"(,{"a":1}]])");
    case 9:
      return says(begin + R"(subscription.remove_subscriber",[)" + std::to_string(1 + chance(6)) + "," +
                  whose + "]]");
    case 10:
      return says(begin + R"(registration.remove_callee",[)" + std::to_string(1 + chance(6)) + "," + whose +
                  "]]");
    default:
      return says(begin + R"(session.get",[)" + whose + "]]");
  }
}

void CrowdVisitor::end_session() {
  const size_t how = chance(10);
  if (how < 6) return say_goodbye();
  if (how < 8) return says(R"([3,{},"com.enough"])");
  if (how == 8) return says("[33,1,1]");
  leave();
  connect();
}

void CrowdVisitor::say_goodbye() {
  has_said_goodbye_ = true;
  says(R"([6,{},"wamp.close.close_realm"])");
}

// ---- what it hears

void CrowdVisitor::read_frames(size_t frames) {
  for (; frames > 0 && waiting() > 0; --frames) {
    const transport::BufferRef frame = read();
    serializers::Scratch scratch;
    const auto message = serializers::decode(format_, frame->view(), scratch);
    require(static_cast<bool>(message), "what it heard cannot be decoded");
    hear(*message);
  }
}

void CrowdVisitor::hear(const wamp::Message& message) {
  if (const auto* welcome = std::get_if<wamp::Welcome>(&message)) {
    require(waits_for_welcome_, "WELCOME without HELLO");
    waits_for_welcome_ = false;
    in_session_ = true;
    board_.sessions[place_] = welcome->session.value;
    calls_.clear();
    subscriptions_.clear();
    registrations_.clear();
    given_up_.clear();
    invocations_.clear();
    return;
  }
  const bool is_goodbye = std::holds_alternative<wamp::Goodbye>(message);
  if (is_goodbye || std::holds_alternative<wamp::Abort>(message)) return hear_last_word(is_goodbye);
  require(in_session_, "something came after the last word");
  if (const auto* event = std::get_if<wamp::Event>(&message))
    require(subscriptions_.contains(event->subscription.value), "EVENT without a subscription");
  else if (const auto* invocation = std::get_if<wamp::Invocation>(&message))
    invocations_.push_back(invocation->request.value);
  else
    hear_answer(message);
}

void CrowdVisitor::hear_last_word(bool is_goodbye) {
  require(in_session_ || !is_goodbye, "two last words");
  in_session_ = waits_for_welcome_ = false;
  board_.sessions[place_] = 0;
  // A GOODBYE of the router's own is answered before the next HELLO.
  if (is_goodbye && !has_said_goodbye_ && !pauses_.any() && !ended()) say_goodbye();
}

void CrowdVisitor::hear_answer(const wamp::Message& message) {
  if (const auto* m = std::get_if<wamp::Subscribed>(&message)) subscriptions_.insert(m->subscription.value);
  if (const auto* m = std::get_if<wamp::Registered>(&message)) registrations_.insert(m->registration.value);
  if (const auto* m = std::get_if<wamp::Unsubscribed>(&message))
    hear_end_of(subscriptions_, m->request, m->details, "subscription");
  if (const auto* m = std::get_if<wamp::Unregistered>(&message))
    hear_end_of(registrations_, m->request, m->details, "registration");
  if (const auto* m = std::get_if<wamp::CallResult>(&message)) {
    require(calls_.contains(m->request.value), "RESULT after the last answer");
    if (!m->details.find("progress")) calls_.erase(m->request.value);
  }
  if (const auto* m = std::get_if<wamp::Error>(&message); m && m->request_type == wamp::MessageType::call) {
    require(calls_.contains(m->request.value), "ERROR after the last answer");
    calls_.erase(m->request.value);
  }
}

// The answer to a request, or a revocation.
void CrowdVisitor::hear_end_of(std::set<uint64_t>& held, wamp::RequestId request,
                               const std::optional<wamp::Dict>& details, std::string_view key) {
  if (request) {
    held.erase(given_up_.at(request.value));
  } else {
    require(details && details->find(key), "a revocation of nothing");
    held.erase(*wamp::as_id(*details->find(key)));
  }
}

void CrowdVisitor::require(bool holds, const char* what) const {
  if (holds) return;
  std::fprintf(stderr, "session crowd (%s), visitor %zu: %s\n", board_.seed.c_str(), place_, what);
  std::abort();
}

}  // namespace router
