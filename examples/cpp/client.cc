// A client in C++: calls the procedures of backend.cc, and waits for one event.
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
  client::Handlers handlers;
  handlers.on_joined = [&](const client::Joined&) {
    session->call("com.example.add", client::Payload({2, 3}), {}, [](const client::Reply& reply) {
      if (reply.is_error())
        std::printf("%s\n", reply.error.text().c_str());
      else
        std::printf("2 + 3 = %s\n", reply.payload.to_json().args.c_str());
    });
    session->call("com.example.count", {}, {.wants_progress = true}, [](const client::Reply& reply) {
      std::printf("%s %s\n", reply.is_last() ? "last:" : "progress:", reply.payload.to_json().args.c_str());
    });
    session->subscribe("com.example.time", [&](const client::Event& event) {
      std::printf("it is %s\n", event.payload.to_json().args.c_str());
      session->leave();
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
