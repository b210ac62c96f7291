// Two nodes as they are, on NATS as it is.
#include <gtest/gtest.h>

#include "router/base/clock.h"
#include "router/cluster/node.h"
#include "tests/cluster/nats/station.h"

namespace cluster_nats {
namespace {

using router::SystemClock;

class Member final : public NodeUser {
 public:
  Member(Turns& turns, const NatsSettings& settings, uint64_t process)
      : turns_(turns),
        backbone(std::in_place, turns.loop(), settings),
        node(settings.node, process, Timing{.lease = milliseconds(10'000)}, *backbone, *this) {
    backbone->start(node);
    tick();
  }

  // As a process that is killed.
  void kill() {
    *is_alive_ = false;
    backbone.reset();
  }
  bool sees(const Member& other, const NodeName& name) const {
    const auto peer = node.peer(name);
    return peer && peer->incarnation == other.node.membership().self().incarnation &&
           node.is_live(*peer, SystemClock().boot_time());
  }

  std::vector<Change> offered() const override { return {}; }
  void on_confirmed(uint64_t) override {}
  void on_granted(const Name& name) override { granted.insert(name); }
  void on_refused(const Name& name, const NameEntry&) override { refused.insert(name); }
  void on_mail(const NodeId&, const std::string& bytes) override { mail.push_back(bytes); }
  void on_gap(const NodeId&, const Missed&) override {}
  void on_call_failed(CallNumber, const NodeId&) override {}

 private:
  void tick() {
    turns_.loop().after(milliseconds(20), [this, alive = is_alive_] {
      if (!*alive) return;
      node.tick(SystemClock().boot_time());
      tick();
    });
  }

  Turns& turns_;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);

 public:
  std::optional<NatsBackbone> backbone;
  Node node;
  std::set<Name> granted, refused;
  std::vector<std::string> mail;
};

TEST(TwoNodes, SeeEachOtherAndTheSecondHasANameWhenTheFirstIsGone) {
  if (!NatsServers::is_there()) GTEST_SKIP() << "no nats-server";
  NatsServers servers;
  servers.make_bucket();
  Turns turns;
  Member first(turns, servers.settings("first"), 1), second(turns, servers.settings("second"), 2);
  ASSERT_TRUE(turns.until([&] {
    return first.node.is_ready(SystemClock().boot_time()) &&
           second.node.is_ready(SystemClock().boot_time()) && first.sees(second, "second") &&
           second.sees(first, "first");
  }));

  const Name exclusive = name("com.example.exclusive");
  first.node.want(exclusive, Policy::single, SystemClock().boot_time());
  ASSERT_TRUE(turns.until([&] { return first.granted.contains(exclusive); }));
  EXPECT_TRUE(first.node.may_serve(exclusive, SystemClock().boot_time()));
  second.node.want(exclusive, Policy::single, SystemClock().boot_time());
  ASSERT_TRUE(turns.until([&] { return second.refused.contains(exclusive); })) << "the first one owns it";
  EXPECT_FALSE(second.granted.contains(exclusive));

  const auto to = first.node.peer("second");
  ASSERT_TRUE(to);
  // Its server may not have heard yet that the second one wants letters.
  int looks = 0;
  ASSERT_TRUE(turns.until([&] {
    if (second.mail.empty() && looks++ % 50 == 0) first.node.send(*to, "a letter");
    return !second.mail.empty();
  }));
  EXPECT_EQ(second.mail.front(), "a letter");

  first.kill();
  bool is_owned_by_both = false;
  second.refused.clear();
  second.node.want(exclusive, Policy::single, SystemClock().boot_time());
  ASSERT_TRUE(turns.until([&] {
    const Time now = SystemClock().boot_time();
    is_owned_by_both |= first.node.may_serve(exclusive, now) && second.node.may_serve(exclusive, now);
    if (second.refused.erase(exclusive) > 0) second.node.want(exclusive, Policy::single, now);
    return second.node.may_serve(exclusive, now);
  }));
  EXPECT_FALSE(is_owned_by_both) << "the first one's lease had ended before";
  EXPECT_FALSE(second.node.peer("first"));
}

}  // namespace
}  // namespace cluster_nats
