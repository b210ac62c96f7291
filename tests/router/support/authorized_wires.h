// A router without sockets whose role "user" has a dynamic authorizer, and the back end that is asked.
//
//   AuthorizedWires router;
//   Wire& user = router.user();
//   user.receives(R"([48,1,{},"com.a"])");
//   router.authorizer().answers("true");
#pragma once

#include <deque>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "router/config/file/config_file.h"
#include "tests/router/support/session_wires.h"

namespace router {

// The session that has registered com.auth, and the questions it has not answered yet.
class AuthorizerWire {
 public:
  explicit AuthorizerWire(Wire& wire) : wire_(wire) {}

  Wire& wire() { return wire_; }
  // The INVOCATIONs that are not answered, the oldest first.
  const std::deque<std::string>& asked() {
    take();
    return asked_;
  }
  // Answers one of them with a result in JSON; returns the INVOCATION.
  std::string answers(const std::string& result, size_t which = 0) {
    const std::string question = take(which);
    wire_.receives("[70," + request_of(question) + ",{},[" + result + "]]");
    return question;
  }
  std::string fails(const std::string& uri, size_t which = 0) {
    const std::string question = take(which);
    wire_.receives("[8,68," + request_of(question) + ",{},\"" + uri + R"(",["so it is"]])");
    return question;
  }
  // What was sent to it but INVOCATIONs and REGISTERED.
  std::string others() {
    take();
    return std::exchange(others_, {});
  }

 private:
  static std::string request_of(const std::string& invocation) {
    return invocation.substr(4, invocation.find(',', 4) - 4);
  }
  void take() {
    std::istringstream lines(wire_.sent());
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("[68,"))
        asked_.push_back(line);
      else if (!line.starts_with("[65,"))
        others_ += line + "\n";
  }
  std::string take(size_t which) {
    take();
    const std::string question = asked_.at(which);
    asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(which));
    return question;
  }

  Wire& wire_;
  std::deque<std::string> asked_;
  std::string others_;
};

class AuthorizedWires {
 public:
  // `options`: of the authorizer, the inside of a JSON object. `request_ids`: of the realm.
  explicit AuthorizedWires(const std::string& options = "", const std::string& request_ids = "any")
      : router_(config_of(options, request_ids)), authorizer_(backend()) {
    authorizer_.wire().receives(R"([64,1,{},"com.auth"])");
    authorizer_.wire().sent();
  }

  SessionHarness& router() { return router_; }
  Realm& realm() { return router_.realm(); }
  AuthorizerWire& authorizer() { return authorizer_; }
  // A session whose requests the authorizer is asked about.
  Wire& user(serializers::Format format = serializers::Format::json) { return join("anonymous", format); }
  // One that may do everything.
  Wire& backend() { return join("ticket", serializers::Format::json); }

 private:
  static config::Config config_of(const std::string& options, const std::string& request_ids) {
    return config::parse_config(R"({"realms": [{"name": "realm1", "request_ids": ")" + request_ids +
                                    R"(", "roles": [
        {"name": "user", "authorizer": "com.auth", "authorizer_options": {)" +
                                    options + R"(}},
        {"name": "backend", "permissions": [{"uri": "", "match": "prefix", "allow":
          {"call": true, "register": true, "publish": true, "subscribe": true}}]}]}],
      "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1}, "auth": {
        "anonymous": {"role": "user"},
        "ticket": {"type": "static", "principals": {
          "backend": {"ticket": "t", "role": "backend"},
          "joe": {"ticket": "j", "role": "user", "extra": {"tenant": 1}}}}}}]})",
                                "test", ".");
  }
  Wire& join(const std::string& method, serializers::Format format) {
    Wire& wire = router_.connect(format);
    wire.receives(R"([1,"realm1",{"authid":"backend","authmethods":[")" + method + R"("],"roles":{
      "caller":{"features":{"progressive_call_invocations":true,"call_canceling":true}},
      "callee":{"features":{"progressive_call_invocations":true,"call_canceling":true,"progressive_call_results":true,
                            "caller_identification":true}},
      "publisher":{},"subscriber":{"features":{"publisher_identification":true}}}}])");
    if (method == "ticket") {
      wire.sent();
      wire.receives(R"([5,"t",{}])");
    }
    if (!wire.sent().starts_with("[2,")) throw std::runtime_error("the session was not welcomed");
    return wire;
  }

  SessionHarness router_;
  AuthorizerWire authorizer_;
};

}  // namespace router
