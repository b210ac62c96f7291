#include "tests/router/support/session_script.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

constexpr size_t max_peers = 5;
constexpr size_t more_than_is_taken =
    4 * 1024 * 1024;  // more than a peer may hold before others are slowed down

// What a peer says, with numbers to be filled in for '@' (the next request id), '#' (any small id) and '$'
// (somebody's session).
constexpr const char* phrases[] = {
    R"([1,"realm1",{"roles":{"caller":{"features":{"progressive_call_results":true,"progressive_call_invocations":true,"payload_passthru_mode":true}},"callee":{"features":{"call_canceling":true,"call_reroute":true,"call_timeout":true,"registration_revocation":true,"progressive_call_invocations":true,"progressive_call_results":true,"payload_passthru_mode":true}},"publisher":{"features":{"payload_passthru_mode":true}},"subscriber":{"features":{"subscription_revocation":true}}}}])",
    R"([1,"realm2",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}])",
    R"([32,@,{},"com.a"])",
    R"([32,@,{"match":"prefix"},"com."])",
    R"([32,@,{"match":"wildcard"},"com."])",
    R"([34,@,#])",
    R"([16,@,{"acknowledge":true,"exclude_me":false},"com.a",[1]])",
    R"([16,@,{},"com.a",[],{"x":"\u0000AQID"}])",
    R"([16,@,{"eligible":[#],"exclude_authrole":["x"]},"com.b"])",
    R"([64,@,{},"com.a"])",
    R"([64,@,{"invoke":"roundrobin"},"com.b"])",
    R"([64,@,{"match":"prefix","invoke":"random"},"com"])",
    R"([66,@,#])",
    R"([48,@,{},"com.a",[1,2]])",
    R"([48,@,{"receive_progress":true},"com.b"])",
    R"([48,@,{"disclose_me":true},"com.c",[],{"k":1.0}])",
    R"([49,#,{}])",
    R"([49,#,{"mode":"kill"}])",
    R"([49,#,{"mode":"killnowait"}])",
    R"([70,#,{},["done"]])",
    R"([70,#,{"progress":true},[1]])",
    R"([8,68,#,{},"com.error",["x"],{"y":1}])",
    R"([8,68,#,{},"not a uri"])",
    R"([6,{},"wamp.close.close_realm"])",
    R"([3,{},"wamp.error.anything"])",
    R"([48,@,{},"wamp.session.count"])",
    R"([16,@,{"acknowledge":true},"wamp.forged"])",
    R"([48,@,{},"com..a"])",
    R"([32,@,{"match":"prefix"},"wamp."])",
    R"([64,@,{"force_reregister":true},"com.a"])",
    R"([64,@,{"invoke":"first","concurrency":1},"com.d"])",
    R"([64,@,{"invoke":"first","forward_timeout":true,"disclose_caller":true},"com.d"])",
    R"([48,@,{"timeout":20},"com.d",[1]])",
    R"([48,@,{"progress":true,"receive_progress":true},"com.d",[1]])",
    R"([48,@,{"progress":true},"com.a"])",
    R"([48,#,{"progress":true},"com.d",[2]])",
    R"([48,#,{},"com.a",[3]])",
    R"([48,@,{"runmode":"partition","rkey":"k"},"com.d"])",
    R"([48,@,{"ppt_scheme":"x","ppt_cipher":"y"},"com.d",["\u0000AQID"]])",
    R"([70,#,{"ppt_scheme":"x"},["\u0000AQID"]])",
    R"([8,68,#,{},"wamp.error.unavailable"])",
    R"([48,@,{},"wamp.session.list"])",
    R"([48,@,{},"wamp.session.get",[$]])",
    R"([48,@,{},"wamp.session.kill",[$],{"reason":"com.kicked","message":"m"}])",
    R"([48,@,{},"wamp.session.kill_by_authrole",["anonymous"]])",
    R"([48,@,{},"wamp.session.kill_all"])",
    R"([48,@,{},"wamp.session.modify_details",[$,{"a":1}]])",
    R"([48,@,{},"wamp.session.add_testament",["com.a",[1],{}],{"scope":"detached"}])",
    R"([48,@,{},"wamp.session.add_testament",["com.b",[1],{"k":2}],{"publish_options":{"acknowledge":true,"exclude":[#]}}])",
    R"([48,@,{},"wamp.session.flush_testaments",[],{"scope":"destroyed"}])",
    R"([48,@,{},"wamp.registration.list"])",
    R"([48,@,{},"wamp.registration.lookup",["com.a",{"match":"exact"}]])",
    R"([48,@,{},"wamp.registration.match",["com.a"]])",
    R"([48,@,{},"wamp.registration.get",[#]])",
    R"([48,@,{},"wamp.registration.list_callees",[#]])",
    R"([48,@,{},"wamp.registration.remove_callee",[#,$]])",
    R"([48,@,{},"wamp.subscription.match",["com.a"]])",
    R"([48,@,{},"wamp.subscription.get",[#]])",
    R"([48,@,{},"wamp.subscription.list_subscribers",[#]])",
    R"([48,@,{},"wamp.subscription.remove_subscriber",[#,$,"x"]])",
};
constexpr size_t phrase_count = std::size(phrases);

class Script {
 public:
  explicit Script(std::span<const uint8_t> bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  uint8_t next() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::string bytes(size_t count) {
    std::string taken;
    while (taken.size() < count && !at_end()) taken.push_back(static_cast<char>(next()));
    return taken;
  }

 private:
  std::span<const uint8_t> rest_;
};

struct SpeakingPeer {
  Wire* wire = nullptr;
  uint64_t next_request = 1;
};

std::string filled_in(const char* phrase, SpeakingPeer& peer, uint8_t number,
                      const std::vector<SpeakingPeer>& peers) {
  std::string text;
  for (const char* c = phrase; *c; ++c) {
    if (*c == '@')
      text += std::to_string(peer.next_request++);
    else if (*c == '#')
      text += std::to_string(1 + number % 8);
    else if (*c == '$')
      text += std::to_string(peers[number % peers.size()].wire->session_id());
    else
      text += *c;
  }
  return text;
}

void speak(SpeakingPeer& peer, Script& script, const std::vector<SpeakingPeer>& peers,
           SessionHarness& router) {
  const uint8_t what = script.next();
  if (what < 200) {
    const char* phrase = phrases[what % phrase_count];
    if (phrase[1] == '1' && phrase[2] == ',') peer.next_request = 1;
    peer.wire->receives(filled_in(phrase, peer, script.next(), peers));
  } else if (what < 210) {
    peer.wire->receives_bytes(script.bytes(script.next()));
  } else if (what < 215) {
    peer.wire->holds(what % 2 ? more_than_is_taken : 0);
  } else if (what < 220) {
    router.passes(std::chrono::milliseconds(10 * script.next()));
  } else if (what < 230) {
    peer.wire->breaks();
  } else {
    const auto format = serializers::all_formats[what % serializers::format_count];
    peer = {what < 250 ? &router.join(format) : &router.connect(format)};
  }
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "session script: %s\n", what);
  std::abort();
}

}  // namespace

void run_session_script(std::span<const uint8_t> bytes) {
  SessionHarness router;
  Script script(bytes);
  std::vector<SpeakingPeer> peers(max_peers);
  for (size_t i = 0; i < peers.size(); ++i) {
    peers[i].wire = &router.connect(serializers::all_formats[i % serializers::format_count]);
    peers[i].wire->receives(phrases[0]);
  }
  while (!script.at_end()) {
    speak(peers[script.next() % peers.size()], script, peers, router);
    for (SpeakingPeer& peer : peers) peer.wire->sent();  // throws if it cannot be decoded
  }
  router.break_all();
  for (const char* name : {"realm1", "realm2"}) {
    const Realm::Counts left = router.realm(name).counts();
    require(left.members == 0, "a member is left behind");
    require(left.subscriptions == 0, "a subscription is left behind");
    require(left.registrations == 0, "a registration is left behind");
    require(left.calls == 0, "a call is left behind");
  }
}

}  // namespace router
