// What there is no memory for costs the connection that wanted it, and nobody else.
#include <new>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/transport/server.h"

namespace transport {
namespace {

using test_support::RawClient;

constexpr auto reason = "closed 0 by us: there is no memory for what it wants";

struct WithoutMemory : testing::Test {
  WithoutMemory() {
    server.received = [](Connection& connection, const std::string& message) {
      if (message == "too much") throw std::bad_alloc();
      connection.send(text_frame(connection, message));
    };
  }
  void expect_others_well() {
    other.send_text("hello");
    EXPECT_EQ(other.read_message(), "hello");
  }
  size_t failures() { return server.loop().counters().out_of_memory.value(); }

  Server server;
  RawClient other = server.open();
};

TEST_F(WithoutMemory, AMessageCostsItsConnection) {
  RawClient client = server.open();
  client.send_text("too much");
  EXPECT_TRUE(server.log.has(reason));
  server.settle();
  EXPECT_EQ(failures(), 1u);
  EXPECT_EQ(server.loop().counters().closed_memory.value(), 1u);
  expect_others_well();
}

TEST_F(WithoutMemory, OneThatCameBeforeAPauseDoesToo) {
  RawClient client = server.open();
  server.on_loop([&] { server.connection().pause_reading(Pause::first_of_receiver); });
  client.send_text("too much");
  server.settle();
  server.on_loop([&] { server.connection().resume_reading(Pause::first_of_receiver); });
  EXPECT_TRUE(server.log.has(reason));
  expect_others_well();
}

TEST_F(WithoutMemory, AConnectionThatCannotBeOpenedIsClosed) {
  server.opened = [](Connection&) { throw std::bad_alloc(); };
  RawClient client = server.connect();
  client.send(test_support::handshake_bytes("/", {}));
  EXPECT_NO_THROW(client.read_to_end());
  EXPECT_TRUE(server.log.has(reason));
  expect_others_well();
}

TEST_F(WithoutMemory, ARequestCostsItsConnection) {
  server.requested = [](const HttpRequest&) -> HttpResponse { throw std::bad_alloc(); };
  RawClient client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_TRUE(client.ended());
  expect_others_well();
}

TEST_F(WithoutMemory, WhatIsDoneForNobodyInParticularIsLeftOut) {
  server.loop().post([] { throw std::bad_alloc(); });
  server.loop().after(std::chrono::milliseconds(0), [] { throw std::bad_alloc(); });
  server.settle();
  expect_others_well();
}

TEST_F(WithoutMemory, ATurnThatCannotEndIsFollowedByAnother) {
  int failing = 3;
  server.on_loop([&] {
    server.turn_ended = [&failing] {
      if (failing > 0 && failing-- > 0) throw std::bad_alloc();
    };
  });
  expect_others_well();
  server.settle();
  server.on_loop([&] { EXPECT_EQ(failing, 0); });
}

}  // namespace
}  // namespace transport
