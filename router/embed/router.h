// A WAMP router within a program: all that wampd serves, on threads of its own. docs/embedding.md begins at
// the beginning.
//
// The process stays the program's: a router handles no signals, which its threads do not get, and changes
// nothing of the process. There may be several, at once and one after another; they share the log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace router {

// Plain values.
struct RouterOptions {
  // What is served, as a configuration file says it (docs/configuration.md): JSON with comments. Relative
  // paths begin at the working directory. Empty: the other two say it.
  std::string configuration = {};

  // Without a configuration: whoever reaches one of these may do everything in these realms. As
  // "127.0.0.1:8080", "[::1]:8080" or "unix:/run/wampd.sock"; port 0 takes a free one. At least one each.
  std::vector<std::string> addresses = {"127.0.0.1:0"};
  std::vector<std::string> realms = {"realm1"};
};

// Where something is served: "websocket" at "ws://127.0.0.1:8080/ws", "rawsocket" at "rs://127.0.0.1:8080",
// or another type of path of docs/configuration.md. Of a Unix domain socket: "ws+unix:///run/wampd.sock:/ws".
struct ServedAt {
  std::string type;
  std::string url;
};

// One thread at a time, which is none of its own.
class Router {
 public:
  // When it is made, it listens and serves. Throws std::invalid_argument with all that is wrong with the
  // options, a line for each fault with its place, and std::runtime_error if it cannot listen on an address
  // or open a file.
  explicit Router(const RouterOptions& options = {});
  // Stops.
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // In the order of the transports; of each WAMP comes first.
  const std::vector<ServedAt>& urls() const;
  // The first of that type. Throws std::out_of_range if there is none.
  const std::string& url(std::string_view type = "websocket") const;

  // Ends as wampd does when it is asked to: nobody new comes in, calls under way are waited for, and all
  // sessions are told GOODBYE, as "drain" of the configuration says, by default for 5 s at most; then it
  // waits until their connections have ended, for 3.5 s at most. Sessions that live on the calling thread
  // cannot end meanwhile. Nothing if it has stopped.
  void stop();

 private:
  class Inside;
  const std::unique_ptr<Inside> inside_;
};

enum class LogLevel : uint8_t { info, warning, error };

// Where the lines of all routers go, from that level on. Without a call, warnings and errors go to standard
// error, as lines do if `take` is empty. A line is text without control characters. `take` may be called by
// several threads at a time; it must not throw, and must not wait for a router. To be called while there is
// no router.
void log_to(LogLevel lowest, std::function<void(LogLevel level, std::string_view line)> take);

}  // namespace router
