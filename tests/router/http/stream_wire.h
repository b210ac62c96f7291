// The connection of a stream over HTTP, which only remembers what it is told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "transport/connection/connection.h"

namespace router {

struct StreamWire final : transport::Connection {
  transport::Framing framing() const override { return transport::Framing::response; }
  const std::string& peer_address() const override { return address; }
  void send(transport::BufferRef frame) override { told.append(frame->view()); }
  size_t queued_bytes() const override { return 0; }
  int64_t taken_bytes() override { return taken; }
  size_t share() const override { return 0; }
  void close(uint16_t, std::string_view) override { has_ended = true; }
  void drop(std::string) override { has_ended = true; }
  void probe() override {}
  void limit_rate(const transport::Rate&) override {}
  void on_resumed() override {}

  const std::string address = "192.0.2.1:1";
  std::string told;
  int64_t taken = 0;  // by the client
  bool has_ended = false;
};

}  // namespace router
