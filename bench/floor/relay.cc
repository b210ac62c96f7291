#include "bench/floor/relay.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>

#include "client/wire/stop_signal.h"
#include "client/wire/upgrade.h"

namespace bench::floor {

namespace {

constexpr size_t kMaxUnsent = size_t{64} << 20;

// The path of those who get what `path` sends; empty for /sub/NAME.
std::string receiving_path(const std::string& path) {
  if (path.starts_with("/a/")) return "/b/" + path.substr(3);
  if (path.starts_with("/b/")) return "/a/" + path.substr(3);
  if (path.starts_with("/pub/")) return "/sub/" + path.substr(5);
  if (path.starts_with("/sub/")) return {};
  throw std::runtime_error("path " + path + " is none of /a/NAME, /b/NAME, /pub/NAME and /sub/NAME");
}

}  // namespace

Relay::Relay(const wire::Address& address) : listener_(wire::listen_tcp(address)) {
  poller_.add(listener_, nullptr);
}

void Relay::run() {
  while (!wire::stop_requested()) {
    for (const epoll_event& event : poller_.wait(500)) {
      if (event.data.ptr == nullptr) {
        accept_all();
      } else {
        on_event(*static_cast<Peer*>(event.data.ptr), event.events);
      }
    }
    destroy_closed();
  }
}

void Relay::accept_all() {
  while (true) {
    auto peer = std::make_unique<Peer>();
    peer->stream = wire::Stream(wire::accept_tcp(listener_));
    if (peer->stream.socket().get() < 0) return;
    poller_.add(peer->stream.socket(), peer.get());
    peers_.emplace(peer.get(), std::move(peer));
  }
}

void Relay::on_event(Peer& peer, uint32_t events) {
  try {
    if ((events & EPOLLOUT) != 0 && !peer.closed) send_unsent(peer);
    if ((events & ~uint32_t{EPOLLOUT}) != 0 && !peer.closed) read(peer);
  } catch (const std::runtime_error& error) {
    close(peer, error.what());
  }
}

void Relay::read(Peer& peer) {
  const ssize_t received = peer.inbox.read(peer.stream, buffer_);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received <= 0) return close(peer, {});
  const std::span<char> bytes = peer.inbox.bytes();
  peer.inbox.consume(peer.open ? forward(peer, bytes) : accept_upgrade(peer, {bytes.data(), bytes.size()}));
}

// A client sends no frame before it has the answer, so nothing follows the header.
size_t Relay::accept_upgrade(Peer& peer, std::string_view bytes) {
  const size_t end = wire::header_end(bytes);
  if (end == 0) return 0;
  const wire::UpgradeRequest request = wire::parse_request(bytes.substr(0, end));
  const std::string to = receiving_path(request.path);
  if (!to.empty()) peer.receivers = &members_by_path_[to];
  peer.members = &members_by_path_[request.path];
  peer.members->push_back(&peer);
  peer.open = true;
  send(peer, wire::server_response(request));
  return end;
}

// Turns the masked frames at the start of `bytes` into unmasked ones, four bytes shorter each, and sends
// them on. Returns the size of the complete frames.
size_t Relay::forward(Peer& peer, std::span<char> bytes) {
  char* const begin = bytes.data();
  const size_t size = bytes.size();
  char* to = begin;
  size_t from = 0;
  while (const auto header = wire::read_frame_header({begin + from, size - from})) {
    if (!header->masked) throw std::runtime_error("a client's frame without mask");
    char* const payload = begin + from + header->header_size;
    if (size - from < header->header_size + header->payload_size) break;
    from += header->header_size + header->payload_size;
    if (header->opcode() == wire::Opcode::text || header->opcode() == wire::Opcode::binary) {
      to += wire::write_frame_header(to, header->opcode(), header->payload_size);
      wire::copy_unmasked(to, payload, header->payload_size, header->mask);
      to += header->payload_size;
    } else {
      wire::copy_unmasked(payload, payload, header->payload_size, header->mask);
      on_control(peer, header->opcode(), {payload, header->payload_size});
    }
  }
  if (to != begin && peer.receivers != nullptr) {
    for (Peer* receiver : *peer.receivers) send(*receiver, {begin, static_cast<size_t>(to - begin)});
  }
  return from;
}

void Relay::on_control(Peer& peer, wire::Opcode opcode, std::string_view payload) {
  std::string frame(10, '\0');
  if (opcode != wire::Opcode::ping && opcode != wire::Opcode::close) return;
  const auto answer = opcode == wire::Opcode::ping ? wire::Opcode::pong : wire::Opcode::close;
  frame.resize(wire::write_frame_header(frame.data(), answer, payload.size()));
  send(peer, frame.append(payload));
  if (opcode == wire::Opcode::close) close(peer, {});
}

void Relay::send(Peer& peer, std::string_view bytes) {
  if (peer.closed) return;
  ssize_t sent = 0;
  if (peer.unsent.empty()) {
    sent = peer.stream.write(bytes.data(), bytes.size());
    if (sent == static_cast<ssize_t>(bytes.size())) return;
    if (sent < 0 && errno != EAGAIN) return close(peer, {});
    sent = std::max<ssize_t>(sent, 0);
    poller_.set_wants_write(peer.stream.socket(), &peer, true);
  }
  peer.unsent.bytes().append(bytes.substr(static_cast<size_t>(sent)));
  if (peer.unsent.size() > kMaxUnsent) close(peer, "64 MiB wait for it to read");
}

void Relay::send_unsent(Peer& peer) {
  if (!peer.unsent.send(peer.stream)) return close(peer, {});
  if (peer.unsent.empty()) poller_.set_wants_write(peer.stream.socket(), &peer, false);
}

// The end of a peer that just leaves is not worth a line: `why` is empty then.
void Relay::close(Peer& peer, std::string_view why) {
  if (peer.closed) return;
  if (!why.empty())
    std::fprintf(stderr, "wampd-floor: closed a connection: %.*s\n", static_cast<int>(why.size()),
                 why.data());
  peer.closed = true;
  closed_.push_back(&peer);
}

// Not before the turn ends: until then events and receiver lists may still point to the peer.
void Relay::destroy_closed() {
  for (Peer* peer : closed_) {
    if (peer->members != nullptr) std::erase(*peer->members, peer);
    peers_.erase(peer);
  }
  closed_.clear();
}

}  // namespace bench::floor
