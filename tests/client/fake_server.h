// A server that says what it likes, on a thread of its own: one connection after the other, until it is
// destroyed.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/websocketpp/websocketpp_door.h"

namespace client {

class FakeServer {
 public:
  // One client's connection. The client's end, or ten seconds of silence, ends all that waits.
  class Guest {
   public:
    explicit Guest(int descriptor) : descriptor_(descriptor) {
      const timeval patience{10, 0};
      ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~Guest() { ::close(descriptor_); }
    Guest(const Guest&) = delete;

    void says(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<size_t>(sent));
      }
    }
    // The HTTP request of a WebSocket, or whatever comes first.
    std::string hears() const {
      std::string heard(4096, '\0');
      const ssize_t size = ::recv(descriptor_, heard.data(), heard.size(), 0);
      heard.resize(size > 0 ? static_cast<size_t>(size) : 0);
      return heard;
    }
    // The same, or nothing after that time.
    std::string hears(std::chrono::milliseconds patience) const {
      pollfd input{descriptor_, POLLIN, 0};
      return ::poll(&input, 1, static_cast<int>(patience.count())) > 0 ? hears() : "";
    }
    // The first WebSocket message of what comes.
    std::string hears_message() const {
      const std::string heard = hears();
      if (heard.size() < 8) return "";
      const size_t mask = (heard[1] & 0x7F) < 126 ? 2 : 4;
      std::string message = heard.substr(mask + 4);
      for (size_t i = 0; i < message.size(); ++i)
        message[i] = static_cast<char>(message[i] ^ heard[mask + i % 4]);
      return message;
    }
    // Until the client has said its last word, or has gone.
    void waits_for_the_end() const {
      std::string frames;
      for (std::string heard = hears(); !heard.empty(); heard = hears())
        if (takes_close_frame(frames += heard)) return;
    }
    // Agrees to a WebSocket with a subprotocol; `more`: further header lines.
    void upgrades(std::string_view subprotocol = "wamp.2.json", std::string_view more = "") const {
      const std::string request = hears();
      constexpr std::string_view field = "Sec-WebSocket-Key: ";
      const std::string key = request.substr(request.find(field) + field.size(), 24);
      says(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
          "Upgrade\r\nSec-WebSocket-Accept: " +
          transport::accept_key(key) + "\r\nSec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n" +
          std::string(more) + "\r\n");
    }

   private:
    // Takes whole frames of a WebSocket's client away, up to a close frame if there is one.
    static bool takes_close_frame(std::string& frames) {
      const auto octet = [&](size_t i) { return static_cast<unsigned char>(frames[i]); };
      while (frames.size() >= 4 && octet(0) != 0x88) {
        const size_t length = octet(1) & 0x7F;
        const size_t size = length < 126 ? 6 + length : 8 + (size_t{octet(2)} << 8 | octet(3));
        if (frames.size() < size) return false;
        frames.erase(0, size);
      }
      return frames.starts_with('\x88');
    }

    const int descriptor_;
  };

  explicit FakeServer(std::function<void(const Guest&)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int guest; (guest = ::accept(listener_, nullptr, nullptr)) >= 0;) serve_(Guest(guest));
    });
  }
  ~FakeServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  FakeServer(const FakeServer&) = delete;

  std::string url(const std::string& scheme = "ws") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + (scheme[0] == 'w' ? "/ws" : "");
  }

 private:
  const std::function<void(const Guest&)> serve_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

// An unmasked WebSocket frame.
inline std::string server_frame(int first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else {
    frame += static_cast<char>(126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size());
  }
  return frame.append(payload);
}

// A message of RawSocket.
inline std::string rawsocket_frame(std::string_view message) {
  std::string frame(2, '\0');
  frame += static_cast<char>(message.size() >> 8);
  frame += static_cast<char>(message.size());
  return frame.append(message);
}

}  // namespace client
