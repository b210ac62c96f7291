// A client in C++: calls the procedures of backend.cc, waits for one event, and leaves.
//
//   client                                   or, for another router: client ws://127.0.0.1:8080/ws
#include <cstdio>
#include <string>

#include <client/client.h>

int main(int argc, char** argv) {
  client::Loop loop;
  client::Options options;
  if (argc > 1) options.url = argv[1];

  client::Session* session = nullptr;
  int awaited = 3;
  const auto one_is_there = [&] {
    if (--awaited == 0) session->leave();
  };

  client::Handlers handlers;
  handlers.on_joined = [&](const client::Joined&) {
    session->call("com.example.add", client::Payload({2, 3}), {}, [&](const client::Reply& reply) {
      if (reply.is_error())
        std::printf("%s\n", reply.error.text().c_str());
      else
        std::printf("2 + 3 = %s\n", reply.payload.to_json().args.c_str());
      one_is_there();
    });
    session->call("com.example.count", {}, {.wants_progress = true}, [&](const client::Reply& reply) {
      std::printf("%s %s\n", reply.is_last() ? "last:" : "progress:", reply.payload.to_json().args.c_str());
      if (reply.is_last()) one_is_there();
    });
    session->subscribe("com.example.time", [&](const client::Event& event) {
      std::printf("it is %s\n", event.payload.to_json().args.c_str());
      session->unsubscribe(event.subscription);
      one_is_there();
    });
  };
  handlers.on_end = [&](const client::End& end) {
    std::printf("%s\n", end.text.c_str());
    loop.stop();
  };
  client::Session the_session(loop, options, handlers);
  session = &the_session;
  loop.run();
}
