#include "tests/soak/visitors.h"

#include <chrono>
#include <deque>
#include <memory>
#include <thread>

#include "tests/end_to_end/wamp_client.h"
#include "tests/support/cable.h"

namespace soak {

using router::Carrier;
using router::Speech;
using router::WampClient;
using test_support::Cable;

namespace {

constexpr size_t max_left_behind = 8;  // connections in the dark, until the router has noticed

Speech any_speech(Random& random) {
  return {serializers::all_formats[random() % serializers::format_count], static_cast<Carrier>(random() % 3)};
}

std::string any_request(Random& random, int request) {
  const std::string id = std::to_string(request), number = std::to_string(random() % 8);
  switch (random() % 10) {
    case 0:
      return "[32," + id + R"(,{},"soak.t.)" + number + "\"]";
    case 1:
      return "[32," + id + R"(,{"match":"prefix"},"soak."])";
    case 2:
    case 3:
      return "[64," + id + R"(,{"invoke":"roundrobin"},"soak.visitor"])";
    case 4:
      return "[64," + id + R"(,{},"soak.own.)" + number + "\"]";
    case 5:
      return "[48," + id + R"(,{},"soak.slow"])";
    case 6:
      return "[48," + id + R"(,{"receive_progress":true},"soak.progress"])";
    case 7:
      return "[48," + id + R"(,{},"soak.own.)" + number + "\"]";
    case 8:
      return "[16," + id + R"(,{"acknowledge":true},"soak.v.)" + number + R"(",["hello"]])";
    default:
      return "[48," + id + R"(,{},"wamp.session.add_testament",["soak.v.0",["gone"],{}]])";
  }
}

// The router answers nothing that can be told before, so the visitor reads a few messages or none.
void talk(WampClient& client, Random& random) {
  const std::string session = client.joins();
  const int requests = static_cast<int>(random() % 12);
  for (int request = 1; request <= requests; ++request) {
    client.says(any_request(random, request));
    if (random() % 2) client.hears();
  }
  if (random() % 8 == 0)
    client.says("[48," + std::to_string(requests + 1) + R"(,{},"wamp.session.kill",[)" + session + "]]");
}

// The client is on the cable.
struct LeftBehind {
  std::unique_ptr<Cable> cable;
  std::unique_ptr<WampClient> client;
};

class Visitor {
 public:
  Visitor(uint16_t port, uint64_t seed) : port_(port), random_(seed) {}

  void visit() {
    LeftBehind here{std::make_unique<Cable>(port_), nullptr};
    if (random_() % 4 == 0) here.cable->become(Cable::State::dribbling);
    here.client = std::make_unique<WampClient>(here.cable->port(), any_speech(random_));
    if (random_() % 8 != 0) talk(*here.client, random_);
    switch (random_() % 4) {
      case 0:
        return here.client->raw().reset();
      case 1:
        return here.cable->end_all(Cable::End::reset);
      case 2:
        here.cable->become(Cable::State::dark);
        left_behind_.push_back(std::move(here));
        if (left_behind_.size() > max_left_behind) left_behind_.pop_front();
        return;
      default:
        return;  // an end without a close frame
    }
  }

 private:
  const uint16_t port_;
  Random random_;
  std::deque<LeftBehind> left_behind_;
};

}  // namespace

void visit(Book& book, uint16_t port, uint64_t seed) {
  Visitor visitor(port, seed);
  while (!book.over()) {
    try {
      visitor.visit();
    } catch (const std::exception&) {
      // An answer that was not awaited, or the router has ended the session: both may be.
    }
    ++book.visits;
  }
}

void stall(Book& book, uint16_t port, uint64_t seed) {
  Random random(seed);
  while (!book.over()) {
    try {
      WampClient client(port, any_speech(random));
      client.joins();
      client.says(R"([32,1,{"match":"prefix"},"soak."])");
      // Longer than the router's patience, or shorter.
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 2000));
      if (random() % 2) client.raw().reset();
    } catch (const std::exception&) {
      // The router may have ended it by then.
    }
    ++book.visits;
  }
}

}  // namespace soak
