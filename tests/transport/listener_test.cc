#include "transport/accept/listener.h"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using test_support::RawClient;
using testing::HasSubstr;

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "";
}

ListenOptions on(const std::string& interface, uint16_t port = 0) {
  return {.interface = interface, .port = port};
}

bool has_ipv6() {
  try {
    const Server server(patient_limits(), on("::1"));
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

TEST(Listener, TellsTheAddressItReallyHas) {
  Server server;
  EXPECT_NE(server.port(), 0);
  EXPECT_EQ(server.listener().address(), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(Listener, AnAddressInUseIsRefusedByName) {
  const Server first;
  EXPECT_EQ(error_of([&] { const Server second(patient_limits(), on("127.0.0.1", first.port())); }),
            "cannot listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
}

TEST(Listener, AnAddressThatIsNoneIsRefusedByName) {
  EXPECT_EQ(error_of([] { const Server server(patient_limits(), on("localhost", 80)); }),
            "cannot listen on localhost:80: not an IPv4 or IPv6 address");
  EXPECT_THAT(error_of([] { const Server server(patient_limits(), on("192.0.2.1", 80)); }),
              HasSubstr("cannot listen on 192.0.2.1:80: "));
}

TEST(Listener, ServesIpv6) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  Server server(patient_limits(), on("::1"));
  EXPECT_EQ(server.listener().address(), "[::1]:" + std::to_string(server.port()));
  RawClient client(server.port(), "::1");
  client.handshake();
  EXPECT_THAT(server.log.lines(), testing::Contains(testing::MatchesRegex("peer \\[::1\\]:[0-9]+")));
}

TEST(Listener, AnEmptyInterfaceServesBothFamilies) {
  for (const char* interface : {"", "::"}) {
    if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
    Server server(patient_limits(), on(interface));
    RawClient ipv4(server.port(), "127.0.0.1");
    EXPECT_EQ(ipv4.handshake().status, 101);
    RawClient ipv6(server.port(), "::1");
    EXPECT_EQ(ipv6.handshake().status, 101);
    EXPECT_THAT(server.log.lines(), testing::Contains(testing::MatchesRegex("peer 127\\.0\\.0\\.1:[0-9]+")));
  }
}

TEST(Listener, ConnectionsAboveTheLimitAreClosedAtOnce) {
  ListenOptions options = on("127.0.0.1");
  options.max_connections = 2;
  Server server(patient_limits(), options);
  const RawClient one = server.open();
  {
    const RawClient two = server.open();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(server.connect().ended());
    const std::string error =
        "error " + server.listener().address() + ": refusing connections: there are 2 already";
    EXPECT_TRUE(server.log.has(error));
    EXPECT_EQ(server.log.count(error), 1u);
  }
  ASSERT_TRUE(server.log.has("destroyed"));
  server.settle();
  RawClient three = server.open();
  three.send_text("hello");
  EXPECT_EQ(three.read_message(), "hello");
}

TEST(Listener, AClosedListenerLeavesItsConnections) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] { server.listener().close(); });
  EXPECT_THAT(error_of([&] { server.connect(); }), HasSubstr("Connection refused"));
  client.send_text("hello");
  EXPECT_EQ(client.read_message(), "hello");
}

// No descriptor is free while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int first_free = ::dup(0);
    ::close(first_free);
    const rlimit none{static_cast<rlim_t>(first_free), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Listener, RunningOutOfDescriptorsIsToldOnceAndAcceptingGoesOnLater) {
#ifdef WAMPD_SANITIZED_ADDRESS
  GTEST_SKIP() << "built together with it, the sanitizer of virtual calls needs a descriptor itself";
#endif
  Server server;
  const std::string error =
      "error " + server.listener().address() + ": cannot accept connections: Too many open files";
  for (size_t round = 1; round <= 2; ++round) {
    std::promise<void> connected;
    std::unique_ptr<NoDescriptors> none;
    // The loop waits, so that the connection is still in the backlog when there are no descriptors any more.
    server.loop().post([&] {
      connected.get_future().wait();
      none = std::make_unique<NoDescriptors>();
    });
    RawClient client = server.connect();
    connected.set_value();
    while (server.log.count(error) < round) std::this_thread::yield();
    none.reset();
    EXPECT_EQ(client.handshake().status, 101);
    EXPECT_EQ(server.log.count(error), round);
  }
}

// Answers nothing but "who are you?": which loop a connection is on.
class LoopCounting : public Service {
 public:
  HttpResponse on_request(const HttpRequest&) override { return text_response(200, "hello"); }
  std::variant<Upgrade, HttpResponse> on_upgrade(Loop&, const HttpRequest&,
                                                 const std::vector<std::string>&) override {
    return text_response(403, "no");
  }
};

TEST(Listener, EverySocketGoesToTheLeastLoadedLoop) {
  LoopCounting service;
  Loop accepting, one, two;
  Listener listener(accepting, {&one, &two}, service, on("127.0.0.1"), {.limits = patient_limits()}, nullptr);
  std::vector<RawClient> clients;
  std::thread thread([&] { accepting.run(); });
  for (int i = 0; i < 10; ++i) clients.emplace_back(listener.port());
  while (one.connection_count() + two.connection_count() < 10) std::this_thread::yield();
  EXPECT_EQ(one.connection_count(), 5u);
  EXPECT_EQ(two.connection_count(), 5u);
  accepting.stop();
  thread.join();
}

TEST(AListenerThatDoesNotAccept, LetsClientsWait) {
  Server server;
  server.on_loop([&] {
    server.listener().set_accepting(false);
    server.listener().set_accepting(false);
  });
  RawClient waiting = server.connect();
  waiting.send(test_support::handshake_bytes("/", ""));
  server.settle();
  EXPECT_EQ(server.held_connections(), 0u);
  server.on_loop([&] { server.listener().set_accepting(true); });
  waiting.send_text("hello");
  EXPECT_EQ(waiting.read_http_reply().status, 101);
  EXPECT_EQ(waiting.read_message(), "hello");
  RawClient next = server.open();
  next.send_text("and all others");
  EXPECT_EQ(next.read_message(), "and all others");
}

}  // namespace
}  // namespace transport
