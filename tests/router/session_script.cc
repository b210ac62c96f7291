#include "tests/router/session_script.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/router/session_wires.h"

namespace router {
namespace {

constexpr size_t max_peers = 5;

// What a peer says, with numbers to be filled in for '@' (the next request id) and '#' (any small id).
constexpr const char* phrases[] = {
    R"([1,"realm1",{"roles":{"caller":{"features":{"progressive_call_results":true}},"callee":{"features":{"call_canceling":true,"progressive_call_results":true}},"publisher":{},"subscriber":{}}}])",
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

std::string filled_in(const char* phrase, SpeakingPeer& peer, uint8_t number) {
  std::string text;
  for (const char* c = phrase; *c; ++c) {
    if (*c == '@')
      text += std::to_string(peer.next_request++);
    else if (*c == '#')
      text += std::to_string(1 + number % 8);
    else
      text += *c;
  }
  return text;
}

void speak(SpeakingPeer& peer, Script& script, SessionHarness& router) {
  const uint8_t what = script.next();
  if (what < 200) {
    const char* phrase = phrases[what % phrase_count];
    if (phrase[1] == '1' && phrase[2] == ',') peer.next_request = 1;
    peer.wire->receives(filled_in(phrase, peer, script.next()));
  } else if (what < 220) {
    peer.wire->receives_bytes(script.bytes(script.next()));
  } else if (what < 230) {
    peer.wire->breaks();
  } else {
    const auto format = what % 2 ? serializers::Format::json : serializers::Format::msgpack;
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
  for (size_t i = 0; i < peers.size(); ++i)
    peers[i].wire = &router.join(i % 2 ? serializers::Format::json : serializers::Format::msgpack);
  while (!script.at_end()) {
    speak(peers[script.next() % peers.size()], script, router);
    for (SpeakingPeer& peer : peers) peer.wire->sent();  // throws if it cannot be decoded
  }
  router.break_all();
  for (const char* name : {"realm1", "realm2"}) {
    const Realm::Counts left = router.realm(name).counts();
    require(left.members == 0, "a member is left behind");
    require(left.subscriptions == 0, "a subscription is left behind");
    require(left.registrations == 0, "a registration is left behind");
  }
}

}  // namespace router
