// How a session ends in peace: what the router says of coming back, and what becomes of what is queued.
#include "tests/client/hostile_servers.h"

namespace client {
namespace {

using std::chrono::milliseconds;

class Farewells : public HostileServers {
 protected:
  milliseconds retry_after(const std::string& last_word) {
    return end_after_welcome(server_frame(text_frame, last_word)).retry_after;
  }
};

TEST_F(Farewells, TellWhenToComeBack) {
  EXPECT_EQ(retry_after(R"([6,{"retry_after":2718},"wamp.close.system_shutdown"])"), milliseconds(2718));
  EXPECT_EQ(retry_after(R"([3,{"retry_after":300},"wamp.error.unavailable"])"), milliseconds(300));
  EXPECT_EQ(retry_after(R"([6,{},"wamp.close.system_shutdown"])"), milliseconds(0));
  EXPECT_EQ(retry_after(R"([6,{"retry_after":"soon"},"wamp.close.system_shutdown"])"), milliseconds(0));
  EXPECT_EQ(retry_after(R"([6,{"retry_after":18446744073709551615},"wamp.close.system_shutdown"])"),
            std::chrono::hours(24));
}

}  // namespace
}  // namespace client
