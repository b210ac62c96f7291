// Links in a realm of a cluster, where a REGISTER waits for its name.
#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/link/two_nodes.h"
#include "tests/router/support/recorded_neighbours.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Policy = dealer::InvocationPolicy;

// The first node asks neighbours for its names; of the second one it knows by its link only.
class AClusteredLink : public testing::Test {
 protected:
  AClusteredLink() {
    nodes.to_b.stop_serving("realm1");
    realm().set_neighbours(neighbours, milliseconds(5000));
    neighbours->node_lease->extend(7, nodes.a.clock().boot_time() + milliseconds(1'000'000));
    nodes.to_b.serve(realm().shared_from_this());
  }

  Realm& realm() { return nodes.a.realm(); }
  void grant(const std::string& procedure) {
    realm().on_name_granted({procedure}, neighbours->wanted[procedure], 7);
    realm().on_confirmed(neighbours->told);
  }

  TwoNodes nodes;
  const std::shared_ptr<RecordedNeighbours> neighbours =
      std::make_shared<RecordedNeighbours>(nodes.a.clock());
};

TEST_F(AClusteredLink, KeepsTheCallsThatWaitForItWhenSomebodyOnlyAsksForTheName) {
  Wire& callee = TwoNodes::join(nodes.b);
  Wire& caller = TwoNodes::join(nodes.a);
  Wire& other = TwoNodes::join(nodes.a);
  nodes.registers(callee, "com.work");
  nodes.a_hears_of("com.work", 1);
  nodes.to_b.set_takes_calls(false);
  caller.receives(R"([48,1,{},"com.work"])");
  other.receives(R"([64,1,{},"com.work"])");
  EXPECT_EQ(nodes.heard(caller), "");
  EXPECT_THAT(neighbours->take(), ElementsAre("want single com.work"));
  realm().on_name_refused({"com.work"}, neighbours->wanted["com.work"], Policy::single);
  EXPECT_THAT(nodes.heard(other), HasSubstr("procedure_already_exists"));
  nodes.to_b.set_takes_calls(true);
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  EXPECT_EQ(nodes.heard(caller), "");
}

TEST_F(AClusteredLink, ReleasesTheNamesOfThoseWhoAreLeavingWhenItBringsAnotherPolicy) {
  constexpr int most = 300;
  realm().set_timer([](SteadyTime) {});
  const auto name = [](int number) { return "com.p" + std::to_string(number); };
  auto released = [said = 0L, this]() mutable {
    const auto more = neighbours->take();
    return said += std::count_if(more.begin(), more.end(),
                                 [](const std::string& one) { return one.starts_with("release "); });
  };
  Wire& callee = TwoNodes::join(nodes.a);
  for (int i = 1; i <= most; ++i) {
    callee.receives("[64," + std::to_string(i) + ",{},\"" + name(i) + "\"]");
    grant(name(i));
    ASSERT_THAT(nodes.heard(callee), StartsWith("[65,"));
  }
  // It loses some of them only in the turn in which it leaves.
  nodes.a.clock().ticks(milliseconds(2));
  callee.breaks_alone();
  nodes.a.clock().ticks(milliseconds(0));
  ASSERT_LT(released(), most);
  for (int i = 1; i <= most; ++i) nodes.a_hears_of(name(i), 1, Policy::roundrobin);
  nodes.passes(milliseconds(1000));
  EXPECT_EQ(released(), most);
}

}  // namespace
}  // namespace router
