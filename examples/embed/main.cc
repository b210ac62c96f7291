// A program with a router inside: starts it on a free port, offers the procedure com.example.add there, calls
// it, prints the answer, and ends.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include <client/client.h>
#include <router/embed/router.h>

namespace {

constexpr auto configuration = R"({
  // The same as in a file.
  "realms": [{
    "name": "realm1",
    "roles": [{
      "name": "anonymous",
      "permissions": [{"uri": "com.example.", "match": "prefix", "allow": {"register": true, "call": true}}]
    }]
  }],
  "transports": [{
    "type": "websocket",
    "endpoint": {"type": "tcp", "port": 0}
  }]
})";

void add(client::Invocation call) {
  const wamp::List args = call.payload().args();
  const auto* const a = args.size() == 2 ? args[0].get<int64_t>() : nullptr;
  const auto* const b = args.size() == 2 ? args[1].get<int64_t>() : nullptr;
  if (a && b)
    call.result(client::Payload({*a + *b}));
  else
    call.error("wamp.error.invalid_argument", client::Payload({"expected two integers"}));
}

// The exit status.
int register_and_call(const std::string& url) {
  client::Loop loop;
  client::Options options;
  options.url = url;
  int status = EXIT_FAILURE;
  client::Session* session = nullptr;

  client::Handlers handlers;
  handlers.on_joined = [&](const client::Joined&) {
    session->register_procedure("com.example.add", add);
    session->call("com.example.add", client::Payload({2, 3}), {}, [&](const client::Reply& reply) {
      if (reply.is_error()) {
        std::fprintf(stderr, "%s\n", reply.error.text().c_str());
      } else {
        std::printf("2 + 3 = %s\n", reply.payload.to_json().args.c_str());
        status = EXIT_SUCCESS;
      }
      session->leave();
    });
  };
  handlers.on_end = [&](const client::End& end) {
    std::printf("the session has ended: %s\n", end.text.c_str());
    loop.stop();
  };
  client::Session the_session(loop, options, handlers);
  session = &the_session;
  loop.run();
  return status;
}

}  // namespace

int main() {
  try {
    router::log_to(router::LogLevel::info, [](router::LogLevel, std::string_view line) {
      std::printf("router: %.*s\n", static_cast<int>(line.size()), line.data());
    });
    router::Router router({.configuration = configuration});
    std::printf("the router listens at %s\n", router.url().c_str());
    const int status = register_and_call(router.url());
    router.stop();
    return status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
