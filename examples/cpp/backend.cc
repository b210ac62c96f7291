// A back end in C++: offers the procedures com.example.add and com.example.count, publishes com.example.time
// every second, and comes back when the connection is lost.
//
//   backend                                  or, for another router: backend ws://127.0.0.1:8080/ws
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include <client/client.h>

class BackEnd {
 public:
  BackEnd(client::Loop& loop, std::string url) : loop_(loop), url_(std::move(url)) { connect(); }

 private:
  void connect() {
    client::Options options;
    options.url = url_;
    client::Handlers handlers;
    handlers.on_joined = [this](const client::Joined& joined) { offer(joined); };
    handlers.on_end = [this](const client::End& end) { come_back(end); };
    session_ = std::make_unique<client::Session>(loop_, options, handlers);
  }

  void offer(const client::Joined& joined) {
    std::printf("joined %s over a %s\n", joined.realm.c_str(), joined.transport.c_str());
    waits_.reset();
    session_->register_procedure("com.example.add", [](client::Invocation call) { add(std::move(call)); });
    session_->register_procedure("com.example.count", [this](client::Invocation call) { count(call, 1); });
    publish_time();
  }

  static void add(client::Invocation call) {
    const wamp::List args = call.payload().args();
    const auto* const a = args.size() == 2 ? args[0].get<int64_t>() : nullptr;
    const auto* const b = args.size() == 2 ? args[1].get<int64_t>() : nullptr;
    if (a && b)
      call.result(client::Payload({*a + *b}));
    else
      call.error("wamp.error.invalid_argument", client::Payload({"expected two integers"}));
  }

  // Answers later, and tells how far it has come.
  void count(client::Invocation call, int64_t number) {
    if (call.is_interrupted()) return;
    if (number == 3) return call.result(client::Payload({number}));
    call.progress(client::Payload({number}));
    loop_.after(std::chrono::milliseconds(10), [=, this] { count(call, number + 1); });
  }

  void publish_time() {
    if (session_->ended()) return;
    session_->publish("com.example.time", client::Payload({int64_t{std::time(nullptr)}}));
    loop_.after(std::chrono::seconds(1), [this, session = session_.get()] {
      if (session == session_.get()) publish_time();
    });
  }

  void come_back(const client::End& end) {
    std::fprintf(stderr, "it has ended: %s\n", end.text.c_str());
    if (!end.may_retry()) return loop_.stop();
    loop_.after(waits_.next(end.retry_after), [this] { connect(); });
  }

  client::Loop& loop_;
  const std::string url_;
  client::Backoff waits_;
  std::unique_ptr<client::Session> session_;
};

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  client::Loop loop;
  const BackEnd back_end(loop, argc > 1 ? argv[1] : "ws://127.0.0.1:8080/ws");
  loop.run();
}
