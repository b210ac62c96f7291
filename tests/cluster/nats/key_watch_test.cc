// What the watch makes of messages that are not as they should be.
#include "router/cluster/nats/key_watch.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "transport/loop/loop.h"

namespace cluster_nats {
namespace {

using namespace router::cluster;

// It never has a connection, so it has no subscription.
class NoUser final : public NatsUser {
 public:
  void on_connected() override {}
  void on_disconnected() override {}
  void on_message(const NatsMessage&) override {}
  void on_messages_end() override {}
  void on_turn_end() override {}
};

class Told final : public BackboneListener {
 public:
  void on_announcement(const Announcement&, Time) override {}
  void on_entries(const std::vector<Entry>& all, bool, Time) override {
    entries.insert(entries.end(), all.begin(), all.end());
  }
  void on_outcome(const Key&, Ticket, Outcome, Revision, Time) override {}
  void on_letter(const Letter&, Time) override {}

  std::vector<Entry> entries;
};

// As another tool withdraws a key: with nothing in it.
class Withdrawal final : public NatsMessage {
 public:
  Withdrawal(std::string subject, uint64_t number)
      : subject_(std::move(subject)),
        reply_("$JS.ACK.KV_wampd-test.c.1." + std::to_string(number) + "." + std::to_string(number) +
               ".0.0") {}

  NatsSubscription subscription() const override { return 0; }
  std::string_view subject() const override { return subject_; }
  std::string_view reply() const override { return reply_; }
  std::string_view data() const override { return {}; }
  std::optional<std::string_view> header(const char* name) const override {
    if (name == std::string_view("KV-Operation")) return "DEL";
    return std::nullopt;
  }

 private:
  const std::string subject_, reply_;
};

TEST(KeyWatch, TellsOfWithdrawnNodesAndLeavesOutWhatIsNone) {
  transport::Loop loop;
  const NatsSettings settings{.cluster = "test", .node = "a", .urls = {"nats://127.0.0.1:1"}};
  NoUser user;
  NatsConnection connection(loop, settings, "test", 1024, user);
  Told told;
  KeyWatch watch(settings, connection, told);
  uint64_t number = 0;
  for (const char* subject : {"", "$KV", "$KV.wampd-test", "$KV.wampd-other.node.b", "$KV.wampd-test.name.12",
                              "$KV.wampd-test.node.", "$KV.wampd-test.node.b"})
    EXPECT_TRUE(watch.on_message(Withdrawal(subject, ++number)));
  watch.tell(Time());
  ASSERT_EQ(told.entries.size(), 1u);
  EXPECT_EQ(told.entries.front().key, Key(NodeName("b")));
  EXPECT_EQ(told.entries.front().value, Value(std::monostate()));
}

}  // namespace
}  // namespace cluster_nats
