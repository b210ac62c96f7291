#include "bench/reliability/story.h"

#include <functional>

#include "bench/load/serializer.h"
#include "client/wire/upgrade.h"

namespace bench::reliability {

using namespace load;

namespace {

constexpr uint64_t kUnsubscribe = 34;
constexpr uint64_t kCancel = 49;
constexpr uint64_t kUnregister = 66;

List hello(const Options& options, bool challenged) {
  const auto features = [](Dict names) { return Dict{{"features", std::move(names)}}; };
  const Dict roles = {{"caller", features({{"progressive_call_results", true}, {"call_canceling", true}})},
                      {"callee", features({{"progressive_call_results", true}, {"call_canceling", true}})},
                      {"publisher", Dict{}},
                      {"subscriber", Dict{}}};
  Dict details = {{"roles", roles}};
  if (challenged) {
    details.set("authmethods", List{"ticket"});
    details.set("authid", kUser);
  }
  return {kHello, options.join.realm, details};
}

// A request of some kind, with this id.
List any_request(Random& random, uint64_t id) {
  const std::string number = std::to_string(any(random, 16));
  const std::string topic = kTopics + number;
  switch (any(random, 12)) {
    case 0:
      return {kSubscribe, id, Dict{}, topic};
    case 1:
      return {kSubscribe, id, Dict{{"match", "prefix"}}, kTopics};
    case 2:
      return {kRegister, id, Dict{{"invoke", "roundrobin"}}, kShared};
    case 3:
      return {kRegister, id, Dict{}, "churn.own." + number};
    case 4:
      return {kPublish, id, Dict{{"acknowledge", true}}, topic, List{"hello"}};
    case 5:
      return {kCall, id, Dict{}, kEcho, List{"hello"}};
    case 6:
      return {kCall, id, Dict{{"receive_progress", true}}, kNever};
    case 7:
      return {kCall, id, Dict{{"timeout", 50}}, kNever};
    case 8:
      return {kCall, id, Dict{}, kShared};
    case 9:
      return {kUnsubscribe, id, 1 + any(random, 20)};
    case 10:
      return {kUnregister, id, 1 + any(random, 20)};
    default:
      return {kCall, id, Dict{}, "wamp.session.add_testament", List{topic, List{"gone"}, Dict{}}};
  }
}

// What is no request but belongs to one that came before.
List any_reaction(Random& random) {
  const uint64_t id = 1 + any(random, 8);
  if (any(random, 2) == 0) return {kCancel, id, Dict{{"mode", any(random, 2) == 0 ? "kill" : "killnowait"}}};
  return {kYield, id, Dict{}};
}

std::vector<List> conversation(Random& random, const Options& options) {
  const bool challenged = any(random, 4) == 0;
  std::vector<List> messages = {hello(options, challenged)};
  if (challenged) messages.push_back({kAuthenticate, kTicket, Dict{}});
  const uint64_t requests = 1 + any(random, 12);
  for (uint64_t id = 1; id <= requests; ++id) {
    messages.push_back(any_request(random, id));
    if (any(random, 8) == 0) messages.push_back(any_reaction(random));
  }
  messages.push_back({kGoodbye, Dict{}, "wamp.close.close_realm"});
  return messages;
}

Story http_story(Random& random) {
  constexpr const char* requests[] = {
      "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      "GET /nowhere HTTP/1.0\r\n\r\n",
      "POST /ws HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nbegin",
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
      "\x7f\x00",
      "no HTTP at all\r\n\r\n",
  };
  Story story;
  for (uint64_t i = 0; i <= any(random, 3); ++i)
    story.parts.emplace_back(requests[any(random, std::size(requests))]);
  return story;
}

}  // namespace

Story any_story(Random& random, const Options& options) {
  if (any(random, 10) == 0) return http_story(random);
  const Serializer& serializer = any(random, 2) == 0 ? load::json() : load::msgpack();
  Story story;
  story.rawsocket = any(random, 3) == 0;
  if (story.rawsocket) {
    story.parts.push_back(
        transport::rawsocket_request(serializer.rawsocket_number(), transport::max_rawsocket_length));
  } else {
    story.parts.push_back(
        wire::client_request(options.server.host(), options.server.path, serializer.subprotocol()));
  }
  for (const List& message : conversation(random, options)) {
    const std::string bytes = serializer.write(message);
    story.parts.push_back(story.rawsocket ? wire::rawsocket_frame(wire::RawSocketType::message, bytes)
                                          : wire::masked_frame(serializer.opcode(), bytes));
  }
  if (!story.rawsocket)
    story.parts.push_back(wire::masked_frame(wire::Opcode::close, std::string_view("\x03\xe8", 2)));
  return story;
}

}  // namespace bench::reliability
