// A way to a server on which only so much comes through at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include "tests/cluster/nats/station.h"

namespace cluster_nats {

// As long as its Turns turn.
class SlowWay {
 public:
  SlowWay(Turns& turns, uint16_t server) : io_(turns.loop().io()), acceptor_(io_), server_(server) {
    const tcp::endpoint here(asio::ip::address_v4::loopback(), 0);
    acceptor_.open(here.protocol());
    // Little waits on the way, so that it waits for the way.
    acceptor_.set_option(asio::socket_base::receive_buffer_size(size));
    acceptor_.bind(here);
    acceptor_.listen();
    accept();
  }

  uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  using tcp = asio::ip::tcp;
  static constexpr int size = 64 * 1024;
  static constexpr std::chrono::milliseconds pause{10};

  struct Ends {
    explicit Ends(tcp::socket from) : client(std::move(from)), server(client.get_executor()) {}

    tcp::socket client, server;
  };

  struct Direction : std::enable_shared_from_this<Direction> {
    Direction(std::shared_ptr<Ends> of, tcp::socket& one, tcp::socket& other)
        : ends(std::move(of)), from(one), to(other), timer(one.get_executor()) {}

    void go_on() {
      from.async_read_some(asio::buffer(bytes), [self = shared_from_this()](asio::error_code error,
                                                                            size_t n) {
        if (error) return self->end();
        asio::async_write(self->to, asio::buffer(self->bytes, n), [self](asio::error_code failure, size_t) {
          if (failure) return self->end();
          self->timer.expires_after(pause);
          self->timer.async_wait([self](asio::error_code) { self->go_on(); });
        });
      });
    }
    void end() {
      asio::error_code ignored;
      from.close(ignored);
      to.close(ignored);
    }

    const std::shared_ptr<Ends> ends;
    tcp::socket& from;
    tcp::socket& to;
    asio::steady_timer timer;
    std::array<char, size> bytes{};
  };

  void accept() {
    acceptor_.async_accept([this](asio::error_code error, tcp::socket client) {
      if (error) return;
      const auto ends = std::make_shared<Ends>(std::move(client));
      ends->server.connect(tcp::endpoint(asio::ip::address_v4::loopback(), server_), error);
      std::make_shared<Direction>(ends, ends->client, ends->server)->go_on();
      std::make_shared<Direction>(ends, ends->server, ends->client)->go_on();
      accept();
    });
  }

  asio::io_context& io_;
  tcp::acceptor acceptor_;
  const uint16_t server_;
};

}  // namespace cluster_nats
