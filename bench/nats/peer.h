// One connection to a NATS server, as users of its C client have it: with threads of the client's own.
//
// Callbacks run on one thread for each subscription, the client's. Throws std::runtime_error if something is
// refused. Everybody who publishes from a callback must be destroyed after the subscription's connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bench::nats {

struct Incoming {
  const char* subject;
  const char* reply;  // null: no answer is wanted
  std::string_view data;
};

enum class Writing {
  gathered,  // by the client's own thread, which waits a moment for more: the default
  at_once,   // each message with a system call of the publishing thread
};

class Peer {
 public:
  using Callback = std::function<void(const Incoming&)>;

  Peer(const std::string& url, Writing writing);
  ~Peer();

  // Once only. The callback lives as long as the connection.
  void subscribe(const std::string& subject, Callback callback);
  // The server has got all that was said before.
  void flush();

  // Any thread.
  void publish(const char* subject, std::string_view data);
  void request(const char* subject, const char* reply, std::string_view data);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace bench::nats
