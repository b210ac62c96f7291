#include "router/worker/address.h"

#include <cstdlib>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace router {
namespace {

// Only listens.
struct Correspondent final : Addressee {
  void on_out_of_memory() override { std::abort(); }
  void deliver(Delivery&) override { ++letters; }
  int letters = 0;
};

struct AnAddress : testing::Test {
  AnAddress() { worker.mailbox().bind_to_this_thread(); }
  void write_to(const SessionRef& ref) {
    Outbox({&worker.mailbox()}).send(ref, wamp::Published{wamp::RequestId(1), wamp::PublicationId(1)});
    worker.deliver_mail();
  }
  uint64_t lost() { return worker.counters().lost_message_no_session.value(); }

  Worker worker{0, 1};
  Correspondent reader;
};

TEST_F(AnAddress, LeadsToNobodyUntilItIsSaidToWhom) {
  Address address(worker);
  write_to(address.ref());
  EXPECT_EQ(lost(), 1u);
  address.lead_to(reader);
  write_to(address.ref());
  EXPECT_EQ(reader.letters, 1);
  EXPECT_EQ(lost(), 1u);
}

TEST_F(AnAddress, LeadsToNobodyWhenItIsGivenUp) {
  SessionRef ref;
  {
    Address address(worker);
    address.lead_to(reader);
    ref = address.ref();
  }
  write_to(ref);
  const Address next(worker);
  EXPECT_EQ(next.ref().slot, ref.slot) << "its slot is free again";
  write_to(ref);
  EXPECT_EQ(reader.letters, 0);
  EXPECT_EQ(lost(), 2u);
}

TEST_F(AnAddress, MovesWithoutBeingGivenUp) {
  Address first(worker);
  first.lead_to(reader);
  const Address second(std::move(first));
  write_to(second.ref());
  EXPECT_EQ(reader.letters, 1);
}

}  // namespace
}  // namespace router
