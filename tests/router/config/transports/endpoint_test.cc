#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Endpoints, FillsAddressAndBacklog) {
  const Transport transport =
      transport_of(with_endpoint(R"({"type": "tcp", "interface": "0.0.0.0", "port": 65535, "backlog": 7})"));
  EXPECT_EQ(transport.interface, "0.0.0.0");
  EXPECT_EQ(transport.port, 65535);
  EXPECT_EQ(transport.backlog, 7);
}

TEST(Endpoints, ListensOnLoopbackUnlessToldOtherwise) {
  const auto interface = [](const std::string& members) {
    return transport_of(with_endpoint(R"({"type": "tcp", "port": 1)" + members + "}")).interface;
  };
  EXPECT_EQ(interface(""), "127.0.0.1");
  EXPECT_EQ(interface(R"(, "version": 4)"), "127.0.0.1");
  EXPECT_EQ(interface(R"(, "version": 6)"), "::1");
  EXPECT_EQ(interface(R"(, "interface": "")"), "0.0.0.0");
  EXPECT_EQ(interface(R"(, "interface": "", "version": 6)"), "::");
  EXPECT_EQ(interface(R"(, "interface": "0:0:0:0:0:0:0:1", "version": 6)"), "::1");
  EXPECT_EQ(interface(R"(, "interface": "localhost")"), "127.0.0.1");
  EXPECT_EQ(interface(R"(, "interface": "localhost", "version": 6)"), "::1");
}

TEST(Endpoints, MayBeUnixDomainSockets) {
  const auto endpoint = [](const std::string& members) {
    return with_endpoint(R"({"type": "unix")" + members + "}");
  };
  const Transport plain = transport_of(endpoint(R"(, "path": "/run/wampd.sock")"));
  EXPECT_EQ(plain.socket_path, "/run/wampd.sock");
  EXPECT_EQ(plain.socket_mode, 0600u);
  EXPECT_EQ(transport_of(endpoint(R"(, "path": "../run/x")")).socket_path, "/etc/run/x");
  EXPECT_EQ(transport_of(endpoint(R"(, "path": "x", "mode": "0660")")).socket_mode, 0660u);
  EXPECT_EQ(transport_of(endpoint(R"(, "path": "x", "backlog": 5)")).backlog, 5);
  for (const std::string mode : {"0888", "rw", "07777", "-1", "0660 "})
    EXPECT_THAT(error_of(endpoint(R"(, "path": "x", "mode": ")" + mode + "\"")),
                HasSubstr("expected an octal file mode"));
  EXPECT_THAT(error_of(endpoint("")), EndsWith("the key \"path\" is missing"));
  EXPECT_THAT(error_of(endpoint(R"(, "path": "")")), EndsWith("must not be empty"));
  EXPECT_THAT(error_of(endpoint(R"(, "path": "x", "port": 1)")), HasSubstr("unknown key \"port\""));
  EXPECT_THAT(error_of(endpoint(R"(, "path": "/)" + std::string(107, 'x') + "\"")),
              HasSubstr("at most 107 bytes long"));
}

TEST(Endpoints, MayNotBeTheSameUnixDomainSocketTwice) {
  const std::string one = R"({"type": "websocket", "endpoint": {"type": "unix", "path": "x"}})";
  EXPECT_THAT(error_of(with_transports("[" + one + "," + one + "]")),
              EndsWith("a second transport on unix:/etc/wampd/x"));
}

TEST(Endpoints, RefusesWhatItCannotListenOn) {
  const auto endpoint = [](const std::string& members) {
    return error_of(with_endpoint("{" + members + "}"));
  };
  EXPECT_THAT(endpoint(R"("type": "tls", "port": 1)"),
              EndsWith("endpoint.type: \"tls\" is not supported yet"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "portrange": [1, 2])"),
              EndsWith("\"portrange\" is not supported yet"));
  EXPECT_THAT(endpoint(R"("type": "tcp")"), EndsWith("the key \"port\" is missing"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": "8080")"), EndsWith("expected a number, found a string"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 65536)"),
              EndsWith("expected a whole number from 0 to 65535"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "backlog": 0)"), EndsWith("from 1 to 65535"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "version": 5)"), EndsWith("expected 4 or 6"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "version": 4, "interface": "::1")"),
              EndsWith("is not an address of IP version 4"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "version": 6, "interface": "10.0.0.1")"),
              EndsWith("is not an address of IP version 6"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "port": 1, "interface": "example.com")"),
              HasSubstr("endpoint.interface: expected \"localhost\" or an IP address"));
  EXPECT_THAT(endpoint(R"("type": "tcp", "prot": 1)"),
              EndsWith("unknown key \"prot\"; did you mean \"port\"?"));
}

}  // namespace
}  // namespace router::config::test
