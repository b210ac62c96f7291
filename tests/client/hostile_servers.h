// Servers that are none, or mean ill, and how a session with one ends.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/client_fixture.h"
#include "tests/client/fake_server.h"

namespace client {

inline const std::string welcome = R"([2,7,{"roles":{"broker":{},"dealer":{}}}])";
constexpr int text_frame = 0x81, close_frame = 0x88, ping_frame = 0x89;

class HostileServers : public testing::Test {
 protected:
  Options options_of(const std::string& url) const {
    Options options;
    options.url = url;
    options.serializers = {serializers::Format::json};
    options.timeout = std::chrono::milliseconds(5000);
    return options;
  }
  // How a session with that server ends.
  End end_with(const std::function<void(const FakeServer::Guest&)>& serve, const std::string& scheme = "ws",
               const std::function<void(Options&)>& change = {}) {
    const FakeServer server(serve);
    Options options = options_of(server.url(scheme));
    if (change) change(options);
    Visitor visitor(loop, options);
    return visitor.ends();
  }
  // That is sent after the WELCOME.
  End end_after_welcome(const std::string& bytes, const std::function<void(Options&)>& change = {}) {
    return end_with(
        [&](const FakeServer::Guest& guest) {
          guest.upgrades();
          guest.hears();
          guest.says(server_frame(text_frame, welcome) + bytes);
          guest.waits_for_the_end();
        },
        "ws", change);
  }

  ClientLoop loop;
};

}  // namespace client
