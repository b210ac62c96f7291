// Forwards WebSocket messages and does nothing else: what a WAMP router can at best cost over the same
// connections.
//
// The path of a connection's URL says where its messages go: from /a/NAME to all /b/NAME and back, and from
// /pub/NAME to all /sub/NAME. With nobody there they go nowhere. One thread, one read buffer: what one read
// brings is unmasked in place and leaves with one send to each receiver. A receiver that lets 64 MiB wait is
// disconnected.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "client/wire/fd.h"
#include "client/wire/frame.h"
#include "client/wire/inbox.h"
#include "client/wire/outbox.h"
#include "client/wire/poller.h"
#include "client/wire/tcp.h"

namespace bench::floor {

class Relay {
 public:
  // Throws std::system_error if it cannot listen there.
  explicit Relay(const wire::Address& address);

  uint16_t port() const { return wire::local_port(listener_); }

  // Returns when a stop signal comes.
  void run();

 private:
  struct Peer {
    wire::Stream stream;
    bool open = false;                      // the handshake is done
    bool closed = false;                    // to be destroyed at the end of the turn
    std::vector<Peer*>* members = nullptr;  // where it is listed itself
    std::vector<Peer*>* receivers = nullptr;
    wire::Inbox inbox;
    wire::Outbox unsent;
  };

  void accept_all();
  void on_event(Peer& peer, uint32_t events);
  void read(Peer& peer);
  size_t accept_upgrade(Peer& peer, std::string_view bytes);
  size_t forward(Peer& peer, std::span<char> bytes);
  void on_control(Peer& peer, wire::Opcode opcode, std::string_view payload);
  void send(Peer& peer, std::string_view bytes);
  void send_unsent(Peer& peer);
  void close(Peer& peer, std::string_view why);
  void destroy_closed();

  wire::Poller poller_;
  wire::Fd listener_;
  std::vector<char> buffer_;
  std::unordered_map<Peer*, std::unique_ptr<Peer>> peers_;
  std::map<std::string, std::vector<Peer*>> members_by_path_;
  std::vector<Peer*> closed_;
};

}  // namespace bench::floor
