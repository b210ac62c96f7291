#include <algorithm>

#include "tests/simulation/client.h"
#include "tests/support/json_wire.h"

// What a client says.
namespace simulation {
namespace {

constexpr const char* callee_features[] = {"call_canceling", "call_reroute", "call_timeout",
                                           "registration_revocation", "progressive_call_results"};
constexpr const char* topics[] = {"com.a", "com.b", "com.b.c", "com.kept", "com.kept"};
// What to subscribe to, with options.
constexpr const char* subscriptions[] = {
    R"({},"com.a")",
    R"({},"com.b")",
    R"({},"com.b.c")",
    R"({},"com.kept")",
    R"({"match":"prefix"},"com.")",
    R"({"match":"prefix"},"com.b")",
    R"({"match":"wildcard"},"com..c")",
    R"({"match":"wildcard","get_retained":true},"com.")",
    R"({"nkey":"one"},"com.a")",
    R"({"nkey":"two"},"com.a")",
    R"({"get_retained":true},"com.a")",
    R"({"get_retained":true,"match":"prefix"},"com.")",
    R"({"_replay":{"limit":3}},"com.kept")",
    R"({"_replay":{"limit":10},"get_retained":true},"com.kept")",
    R"({"_replay":{"limit":10}},"com.a")",
    R"({},"com.will")",
    R"({},"wamp.session.on_leave")",
    R"({},"wamp.subscription.on_delete")",
    R"({"match":"prefix"},"wamp.registration.")",
    R"({},"not..valid")",
};
// Options of PUBLISH; the comma behind is there if more can follow.
constexpr const char* publications[] = {
    "",
    "",
    "",
    R"("retain":true,)",
    R"("exclude_me":false,)",
    R"("rkey":"a",)",
    R"("rkey":"b",)",
    R"("retain":true,"exclude_me":false,)",
};
constexpr const char* registrations[] = {
    R"({},"com.p")",
    R"({},"com.q")",
    R"({"force_reregister":true},"com.q")",
    R"({"concurrency":1},"com.p")",
    R"({"invoke":"roundrobin"},"com.turns")",
    R"({"invoke":"roundrobin","concurrency":1},"com.turns")",
    R"({"invoke":"roundrobin","concurrency":2},"com.turns")",
    R"({"invoke":"random","concurrency":1},"com.random")",
    R"({"invoke":"first","concurrency":1},"com.first")",
    R"({"invoke":"first"},"com.first")",
    R"({"invoke":"last","forward_timeout":true},"com.last")",
    R"({"invoke":"roundrobin","match":"prefix"},"com.pattern.")",
    R"({"invoke":"roundrobin"},"com.auth")",
    R"({"invoke":"no such policy"},"com.p")",
};
constexpr const char* procedures[] = {"com.p",     "com.q",    "com.turns",     "com.turns", "com.random",
                                      "com.first", "com.last", "com.pattern.x", "com.nobody"};
constexpr const char* call_options[] = {
    "{}",
    "{}",
    "{}",
    R"({"receive_progress":true})",
    R"({"timeout":2})",
    R"({"receive_progress":true,"timeout":9})",
    R"({"progress":true})",
    R"({"progress":true,"receive_progress":true})",
    R"({"runmode":"partition","rkey":"a"})",
    R"({"runmode":"partition","rkey":"b"})",
};
constexpr const char* cancel_modes[] = {"skip", "kill", "killnowait", "no such mode"};

}  // namespace

std::string Client::stamped(uint64_t number, uint64_t part) const {
  return "[" + std::to_string(life_->number) + "," + std::to_string(number) + "," + std::to_string(part) +
         "]";
}

std::string Client::stamped(uint64_t part) {
  return stamped(stage_.ledger.next_stamp(), part);
}

std::string Client::heavy(std::string arguments) const {
  if (stage_.ballast == 0 || chance_.one_in(2)) return arguments;
  arguments.back() = ',';
  return arguments + '"' + std::string(stage_.ballast, 'x') + "\"]";
}

std::string Client::somebody() const {
  const auto& lives = stage_.ledger.lives();
  constexpr size_t youngest = 30;
  const size_t back = chance_.below(std::min(lives.size(), youngest));
  return std::to_string(lives[lives.size() - 1 - back]->session);
}

void Client::say_hello() {
  const bool knows_much = !chance_.one_in(4);
  std::string callee = R"("caller_identification":true)";
  for (const char* feature : callee_features)
    if (knows_much || chance_.one_in(2)) callee += ",\"" + std::string(feature) + "\":true";
  if (knows_much) callee += R"(,"progressive_call_invocations":true)";
  const std::string hello = R"([1,"realm1",{"roles":{"caller":{"features":{"progressive_call_results":true,)"
                            R"("progressive_call_invocations":true}},"callee":{"features":{)" +
                            callee +
                            R"(}},"publisher":{},"subscriber":{"features":{"subscription_revocation":)" +
                            (knows_much ? "true" : "false") + "}}}}]";
  stage_.journal.note(name() + " -> " + hello);
  serializers::Scratch scratch;
  const auto message = serializers::decode(serializers::Format::json, hello, scratch);
  const auto features = wamp::client_features(std::get<wamp::Hello>(*message).details);
  life_ = &stage_.ledger.begin_life(place_, connected_, *features);
  life_->worker = worker_.number();
  life_->is_asked = is_asked_;
  life_->may_lose_events = stage_.may_lose_events;
  says_bytes(hello);
  if (is_frozen_) stage_.ledger.doom(*life_);
}

void Client::say_something() {
  const size_t what = chance_.below(200);
  if (what < 40) return publish();
  if (what < 58) return subscribe();
  if (what < 66) return give_up();
  if (what < 86) return register_procedure();
  if (what < 126) return call();
  if (what < 136) return go_on_with_call();
  if (what < 142) return cancel();
  if (what < 188) return answer();
  if (what < 197) return call_router();
  depart(chance_.of({Departure::goodbye, Departure::goodbye, Departure::abort, Departure::violation}));
}

void Client::subscribe() {
  says("[32," + next_request() + "," + chance_.of(subscriptions) + "]");
}

void Client::give_up() {
  const bool events = chance_.one_in(2);
  if (events ? life_->subscriptions.empty() : life_->registrations.empty()) return;
  const uint64_t held =
      events ? chance_.of(life_->subscriptions).first : chance_.of(life_->registrations).first;
  says("[" + std::string(events ? "34" : "66") + "," + next_request() + "," + std::to_string(held) + "]");
}

void Client::publish() {
  std::string options = chance_.of(publications);
  if (chance_.one_in(8)) options += R"("exclude":[)" + somebody() + "],";
  if (chance_.one_in(8)) options += R"("eligible":[)" + somebody() + "," + somebody() + "],";
  options += chance_.one_in(3) ? R"("acknowledge":true)" : R"("x":1)";
  says("[16," + next_request() + ",{" + options + "},\"" + chance_.of(topics) + "\"," + stamped() + "]");
}

void Client::register_procedure() {
  says("[64," + next_request() + "," + chance_.of(registrations) + "]");
}

void Client::call() {
  says("[48," + next_request() + "," + chance_.of(call_options) + ",\"" + chance_.of(procedures) + "\"," +
       stamped() + "]");
}

void Client::go_on_with_call() {
  for (const auto& [request, call] : life_->calls) {
    if (!call->more_follows || chance_.one_in(3)) continue;
    const bool is_last = chance_.one_in(3);
    return says("[48," + std::to_string(request) + (is_last ? ",{},\"" : R"(,{"progress":true},")") +
                call->procedure + "\"," + heavy(stamped(call->number, call->parts)) + "]");
  }
}

void Client::cancel() {
  if (life_->calls.empty()) return;
  const auto& [request, call] = chance_.of(life_->calls);
  says("[49," + std::to_string(request) + R"(,{"mode":")" + chance_.of(cancel_modes) + "\"}]");
}

void Client::answer() {
  if (life_->invocations.empty()) return;
  const auto [invocation, owed] = chance_.of(life_->invocations);
  const std::string request = std::to_string(invocation);
  if (owed.is_interrupted) return says("[8,68," + request + R"(,{},"wamp.error.canceled"])");
  if (owed.wants_progress && !chance_.one_in(3))
    return says("[70," + request + R"(,{"progress":true},)" + heavy(stamped(owed.yields + 1)) + "]");
  if (chance_.one_in(6)) return says("[8,68," + request + R"(,{},"wamp.error.unavailable"])");
  if (chance_.one_in(6)) return says("[8,68," + request + R"(,{},"com.error"])");
  answer_last(invocation, owed);
}

void Client::answer_last(uint64_t invocation, const OwedAnswer& owed) {
  const std::string result = owed.call           ? stamped(owed.yields)
                             : chance_.one_in(5) ? "[false]"
                                                 : R"([{"allow":true,"cache":false}])";
  says("[70," + std::to_string(invocation) + ",{}," + result + "]");
}

void Client::call_router() {
  const std::string whose = somebody();
  const std::string begin = "[48," + next_request() + R"(,{},"wamp.)";
  const auto any_id = [&] { return std::to_string(1 + chance_.below(12)); };
  switch (chance_.below(14)) {
    case 0:
      return says(begin + R"(session.kill",[)" + whose + R"(],{"reason":"com.kicked"}])");
    case 1:
      return says(begin + R"(session.kill_by_authid",["anonymous-)" + whose + "\"]]");
    case 2:
      return says(begin + (chance_.one_in(20) ? R"(session.kill_all"])" : R"(session.count"])"));
    case 3:
    case 4:
    case 5:
      return says(begin + R"(session.add_testament",["com.will",)" + stamped(Stamp::testament_part) +
                  ",{}]]");
    case 6:
      return says(begin + R"(session.flush_testaments"])");
    case 7:
      return says(begin + R"(session.modify_details",[)" + whose + R"(,{"a":1}]])");
    case 8:
      return says(begin + R"(subscription.remove_subscriber",[)" + any_id() + "," + whose + "]]");
    case 9:
      return says(begin + R"(registration.remove_callee",[)" + any_id() + "," + whose + "]]");
    case 10:
      return says(begin + R"(subscription.get_events",[1,{"limit":5}]])");
    case 11:
      return says(begin + R"(registration.match",["com.pattern.x"]])");
    case 12:
      return says(begin + R"(subscription.match",["com.a"]])");
    default:
      return says(begin + R"(session.get",[)" + whose + "]]");
  }
}

}  // namespace simulation
