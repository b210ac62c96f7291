// A listener and its loop on a thread of its own, and a service that writes down what happens.
//
// A test sets what the service shall do before it connects, and looks at what happened through the log.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/raw_client.h"
#include "transport/accept/listener.h"
#include "transport/loop/loop.h"

namespace transport {

// Lines from the loop's thread for the test's thread.
class Log {
 public:
  void add(std::string line);
  // Waits until the line was added; false after ten seconds without it.
  bool has(const std::string& line);
  size_t count(const std::string& line);
  std::vector<std::string> lines();

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::string> lines_;
};

// No timer of a connection runs out by itself: tests sweep at times of their own. All are one hour, the close
// timeout is two. Messages may trickle in. Everybody may say as much as those who are known.
ConnectionLimits patient_limits();
constexpr std::chrono::seconds just_before_an_hour(3599);
constexpr std::chrono::seconds just_after_an_hour(3601);

BufferRef text_frame(const Connection& connection, std::string_view message);
// What a client sends.
inline std::string masked_text(std::string_view payload) {
  return test_support::frame_bytes(test_support::opcode::text, payload);
}

class Server : public Service {
 public:
  explicit Server(const ConnectionLimits& limits = patient_limits(),
                  const ListenOptions& options = {.port = 0})
      : Server(ConnectionOptions{.limits = limits}, options) {}
  explicit Server(ConnectionOptions connections, const ListenOptions& options = {.port = 0});
  ~Server() override;

  uint16_t port() const { return listener_->port(); }
  test_support::RawClient connect() const { return test_support::RawClient(port()); }
  // Connected, with the handshake done and on_open called.
  test_support::RawClient open(std::string_view path = "/", std::string_view subprotocols = {});

  // Runs it on the loop's thread and waits for it.
  void on_loop(const std::function<void()>& work);
  // Waits until all that has arrived is read and the turns for it have ended: each pass of the loop looks at
  // its sockets, and a new connection needs three passes until it is read for the first time.
  void settle();
  // Lets the time of all deadlines pass.
  void sweep_after(Loop::Clock::duration time);
  // The same at once; on the loop's thread.
  void sweep_now(Loop::Clock::duration time);
  // Of the one that was opened last; to be used on the loop's thread.
  Connection& connection() { return *connection_; }
  Loop& loop() { return *loop_; }
  // Connections not destroyed yet.
  size_t held_connections();
  Listener& listener() { return *listener_; }
  // Stops the loop's thread and destroys the loop.
  void destroy_loop();

  // What the receivers do, changed before they exist or on the loop's thread; the defaults write down what
  // happens and send messages back.
  std::function<void(Connection&)> opened = [](Connection&) {};
  std::function<void(Connection&, const std::string&)> received =
      [](Connection& c, const std::string& message) { c.send(text_frame(c, message)); };
  std::function<HttpResponse(const HttpRequest&)> requested;
  // A POST to a path that begins with /post may have 1000 bytes; the default sends its body back.
  std::function<Answer(Loop&, const HttpRequest&, const std::string& body, HttpExchange&)> posted;
  // Where a POST is dealt with; none: where it comes.
  std::function<Loop*(Loop&, const HttpRequest&)> placed;
  std::vector<std::pair<std::string, std::string>> upgrade_headers;
  std::function<void()> closed = [] {};
  std::function<void()> turn_ended = [] {};

  // Whether it has been remarked on, after all that has arrived; what refuses somebody begins with "refused:
  // ".
  bool remarked(const std::string& what);

  // "opened", "received MESSAGE", "closed CODE by peer: TEXT", "closed CODE by us: TEXT", "destroyed".
  Log log;

 private:
  class Told;
  void on_refused(const std::string& peer, const std::string& why) override {
    remark(peer, "refused: " + why);
  }
  void remark(const std::string& peer, const std::string& what) override {
    log.add("remark " + peer + " " + what);
  }
  HttpResponse on_request(const HttpRequest& request) override;
  Loop& loop_for(Loop& here, const HttpRequest& request) override {
    return *(placed ? placed(here, request) : &here);
  }
  std::optional<HttpResponse> refuse_body(Loop& loop, const HttpRequest& request, size_t body_size) override;
  Answer on_post(Loop& loop, const HttpRequest& request, std::span<const char> body,
                 HttpExchange& exchange) override;
  // Serializer 9 is unsupported, 0 means that RawSocket is not served at all.
  std::variant<Upgrade, RawSocketRefusal> on_rawsocket(Loop& loop, const RawSocketRequest& request) override;
  std::variant<Upgrade, HttpResponse> on_upgrade(Loop& loop, const HttpRequest& request,
                                                 const std::vector<std::string>& offered) override;

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Listener> listener_;
  std::thread thread_;
  Connection* connection_ = nullptr;
  int depth_ = 0;  // calls of receivers in progress: on_closed must never be one inside another
};

// Three connect and say nothing, to see whether somebody listens: one goes, one ends with a reset, and one
// stays. Whether that one is ended when its time is over.
bool ends_who_only_looks(Server& server);

}  // namespace transport
