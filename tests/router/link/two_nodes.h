// Two routers in one process, each with a link to the other, and between the links what carries their frames:
// a deque for each direction, in which a test may look for what it wants to see lost, changed or doubled.
//
//   TwoNodes nodes;
//   Wire& callee = nodes.b.join();
//   nodes.registers(callee, "com.add");
//   nodes.a_hears_of("com.add", 1);
//   Wire& caller = nodes.a.join();
//   caller.receives(R"([48,1,{},"com.add",[1]])");
//   EXPECT_EQ(nodes.heard(callee), "[68,1,1,{},[1]]");
#pragma once

#include <deque>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "router/link/link.h"
#include "tests/router/support/session_wires.h"

namespace router {

class TwoNodes {
 public:
  using Policy = dealer::InvocationPolicy;
  using Match = wamp::MatchPolicy;

  struct Carrier final : link::Wire {
    void send(std::string frame) override { frames.push_back(std::move(frame)); }
    void send_call(link::CallNumber call, std::string frame) override {
      EXPECT_TRUE(waited_for.insert(call).second);
      frames.push_back(std::move(frame));
    }
    void end_call(link::CallNumber call) override { waited_for.erase(call); }
    void on_missing() override { ++missing; }

    std::deque<std::string> frames;
    std::set<link::CallNumber> waited_for;
    int missing = 0;
  };

  explicit TwoNodes(bool prefers_here = true) {
    to_b.serve(a.realm().shared_from_this(), prefers_here);
    to_a.serve(b.realm().shared_from_this(), prefers_here);
  }

  static constexpr auto all_features =
      R"({"caller":{"features":{"progressive_call_results":true,"progressive_call_invocations":true,)"
      R"("payload_passthru_mode":true}},)"
      R"("callee":{"features":{"progressive_call_results":true,"progressive_call_invocations":true,)"
      R"("call_canceling":true,"call_reroute":true,"call_timeout":true,"payload_passthru_mode":true}},)"
      R"("subscriber":{}})";
  // A session that announces all features of callers and callees.
  static Wire& join(SessionHarness& node) { return node.join(serializers::Format::json, all_features); }
  // The callee registers; it must be its first registration.
  void registers(Wire& callee, const std::string& procedure, const std::string& options = "{}") {
    callee.receives("[64,1," + options + ",\"" + procedure + "\"]");
    EXPECT_TRUE(heard(callee).starts_with("[65,1,"));
  }
  // The first node is told what callees the second one has.
  link::Link::Heard a_hears_of(std::string_view procedure, uint32_t count, Policy policy = Policy::single,
                               Match match = Match::exact) {
    return to_b.set_callees("realm1", procedure, match, policy, count);
  }
  link::Link::Heard b_hears_of(std::string_view procedure, uint32_t count, Policy policy = Policy::single,
                               Match match = Match::exact) {
    return to_a.set_callees("realm1", procedure, match, policy, count);
  }

  // All that is on its way arrives.
  void settle() {
    // One thread is both workers, so what comes of mail may take another turn.
    constexpr int turns_of_a_chain = 5;
    for (int quiet = 0; quiet < turns_of_a_chain; ++quiet) {
      a.worker().end_turn();
      b.worker().end_turn();
      if (arrives(from_a, to_a) || arrives(from_b, to_b)) quiet = 0;
    }
  }
  // What has come for that peer, one message a line, when all has arrived.
  std::string heard(Wire& peer) {
    settle();
    return peer.sent();
  }
  // Time goes by on both nodes.
  void passes(std::chrono::milliseconds time) {
    a.passes(time);
    b.passes(time);
    settle();
  }

  SessionHarness a, b;
  Carrier from_a, from_b;
  link::Link to_b{a.worker(), "a", "b", from_a}, to_a{b.worker(), "b", "a", from_b};

 private:
  static bool arrives(Carrier& from, link::Link& at) {
    if (from.frames.empty()) return false;
    const std::string frame = std::move(from.frames.front());
    from.frames.pop_front();
    at.on_frame(frame);
    return true;
  }
};

inline std::string call(int request, const std::string& procedure = "com.work",
                        const std::string& options = "{}") {
  return "[48," + std::to_string(request) + "," + options + ",\"" + procedure + "\"]";
}
inline std::string yield(int invocation) {
  return "[70," + std::to_string(invocation) + ",{}]";
}

}  // namespace router
