#include "tests/soak/stayers.h"

#include <cstdio>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

namespace soak {

using router::WampClient;
using std::to_string;

namespace {

constexpr int topics = 4;
constexpr uint64_t max_behind = 500;  // events that the subscribers may be behind, on average
constexpr int progress_steps = 3;

// The integers that a message begins with.
struct Head {
  unsigned long type = 0, first = 0, second = 0;
};
Head head_of(const std::string& message) {
  Head head;
  std::sscanf(message.c_str(), "[%lu,%lu,%lu", &head.type, &head.first, &head.second);
  return head;
}

[[noreturn]] void unexpected(const std::string& who, const std::string& message) {
  throw std::runtime_error(who + " heard " + message.substr(0, 500));
}

template <class Work>
void noting_faults(Book& book, const char* who, const Work& work) {
  try {
    work();
  } catch (const std::exception& error) {
    book.complain(std::string(who) + ": " + error.what());
  }
}

void leave(WampClient& client) {
  client.says(R"([6,{},"wamp.close.close_realm"])");
  while (head_of(client.hears()).type != 6) continue;
}

class Caller {
 public:
  Caller(Book& book, const Place& place, uint64_t seed)
      : book_(book), random_(seed), client_(place.port, place.speech) {
    client_.joins();
  }

  void run() {
    while (!book_.over()) {
      for (uint64_t count = 1 + random_() % 8; count > 0; --count) call();
      while (!open_.empty()) take(client_.hears());
    }
    leave(client_);
  }

 private:
  enum class Kind { echo, progress, timeout, cancel, visitor, meta, nobody };
  struct Open {
    Kind kind;
    std::string sent;
    int steps = 0;
  };

  void call() {
    const auto kind = static_cast<Kind>(random_() % 7);
    const std::string number = to_string(++request_);
    const std::string begin = "[48," + number + ",";
    std::string payload;
    switch (kind) {
      case Kind::echo:
        payload = "[\"p" + number + "\"," + number + ",\"" + std::string(random_() % 3000, 'x') + "\"]";
        client_.says(begin + R"({},"soak.echo",)" + payload + "]");
        break;
      case Kind::progress:
        client_.says(begin + R"({"receive_progress":true},"soak.progress"])");
        break;
      case Kind::timeout:
        client_.says(begin + R"({"timeout":)" + to_string(1 + random_() % 30) + R"(},"soak.slow"])");
        break;
      case Kind::cancel:
        client_.says(begin + R"({},"soak.slow"])");
        client_.says("[49," + number +
                     (random_() % 2 ? R"(,{"mode":"killnowait"}])" : R"(,{"mode":"kill"}])"));
        break;
      case Kind::visitor:
        client_.says(begin + R"({"timeout":300},"soak.visitor"])");
        break;
      case Kind::meta:
        client_.says(begin + R"({},"wamp.session.count"])");
        break;
      case Kind::nobody:
        client_.says(begin + R"({},"soak.nobody"])");
        break;
    }
    open_[request_] = {kind, payload};
  }

  void take(const std::string& message) {
    const Head head = head_of(message);
    const bool failed = head.type == 8 && head.first == 48;
    const auto found = open_.find(failed ? head.second : head.first);
    if ((!failed && head.type != 50) || found == open_.end()) unexpected("a caller", message);
    Open& open = found->second;
    if (message.find(R"({"progress":true})") != message.npos) {
      const std::string step = ",[" + to_string(++open.steps) + "]]";
      if (open.kind != Kind::progress || !message.ends_with(step)) unexpected("a caller", message);
      return;
    }
    if (!is_right(open, failed, message)) unexpected("a caller", message);
    open_.erase(found);
    ++book_.answers;
  }

  static bool is_right(const Open& open, bool failed, const std::string& message) {
    switch (open.kind) {
      case Kind::echo:
        return !failed && message.ends_with("," + open.sent + "]");
      case Kind::progress:
        return !failed && open.steps == progress_steps && message.ends_with(R"(,["done"]])");
      case Kind::timeout:
      case Kind::cancel:
      case Kind::nobody:
        return failed;
      case Kind::visitor:
        return true;
      case Kind::meta:
        return !failed;
    }
    return false;
  }

  Book& book_;
  Random random_;
  WampClient client_;
  uint64_t request_ = 0;
  std::map<uint64_t, Open> open_;
};

class Callee {
 public:
  explicit Callee(const Place& place) : client_(place.port, place.speech) {
    client_.joins();
    echo_ = registers(1, "soak.echo");
    progress_ = registers(2, "soak.progress");
    slow_ = registers(3, "soak.slow");
    end_ = subscribes(4, "soak.end");
    // So that it hears something while the last visitor waits for an answer that it does not get.
    subscribes(5, "soak.t.0");
  }

  void run() {
    // Calls of visitors who are gone may end later than the soak.
    for (bool ended = false; !ended || !waiting_.empty();) {
      const Head head = head_of(take(client_.hears()));
      if (head.type == 36 && head.first == end_) ended = true;
    }
    leave(client_);
  }

 private:
  uint64_t registers(int request, const std::string& procedure) {
    client_.says("[64," + to_string(request) + R"(,{"invoke":"roundrobin"},")" + procedure + "\"]");
    for (;;) {
      const Head head = head_of(take(client_.hears()));
      if (head.type == 65) return head.second;
    }
  }

  uint64_t subscribes(int request, const std::string& topic) {
    client_.says("[32," + to_string(request) + ",{},\"" + topic + "\"]");
    for (;;) {
      const Head head = head_of(take(client_.hears()));
      if (head.type == 33) return head.second;
    }
  }

  std::string take(const std::string& message) {
    const Head head = head_of(message);
    if (head.type == 68) invoke(head, message);
    if (head.type == 69 && waiting_.erase(head.first) > 0)
      client_.says("[8,68," + to_string(head.first) + R"(,{},"wamp.error.canceled"])");
    return message;
  }

  void invoke(const Head& head, const std::string& message) {
    const std::string begin = "[70," + to_string(head.first) + ",";
    if (head.second == slow_) {
      waiting_.insert(head.first);
    } else if (head.second == echo_) {
      const size_t payload = message.find(R"(,["p)");
      if (payload == message.npos) unexpected("a callee", message);
      client_.says(begin + "{}" + message.substr(payload));
    } else {
      for (int step = 1; step <= progress_steps; ++step)
        client_.says(begin + R"({"progress":true},[)" + to_string(step) + "]]");
      client_.says(begin + R"({},["done"]])");
    }
  }

  WampClient client_;
  uint64_t echo_ = 0, progress_ = 0, slow_ = 0;  // registrations
  uint64_t end_ = 0;                             // a subscription
  std::set<uint64_t> waiting_;
};

}  // namespace

void call(Book& book, const Place& place, uint64_t seed) {
  noting_faults(book, "a caller", [&] { Caller(book, place, seed).run(); });
}

void answer(Book& book, const Place& place, std::atomic<int>& ready) {
  noting_faults(book, "a callee", [&] {
    Callee callee(place);
    ++ready;
    callee.run();
  });
}

void publish(Book& book, const Place& place, uint64_t seed, uint64_t subscribers,
             const std::atomic<int>& others) {
  noting_faults(book, "the publisher", [&] {
    Random random(seed);
    WampClient client(place.port, place.speech);
    client.joins();
    uint64_t request = 0, numbers[topics] = {};
    while (!book.over() || others > 0) {
      const auto topic = random() % topics;
      const std::string padding(random() % 8 == 0 ? 20000 : random() % 200, 'x');
      client.says("[16," + to_string(++request) + R"(,{"acknowledge":true},"soak.t.)" + to_string(topic) +
                  "\",[" + to_string(topic) + "," + to_string(++numbers[topic]) + ",\"" + padding + "\"]]");
      const std::string reply = client.hears();
      if (!reply.starts_with("[17," + to_string(request) + ",")) unexpected("the publisher", reply);
      ++book.answers;
      // It must not be their slowness that ends them.
      do std::this_thread::sleep_for(std::chrono::milliseconds(1));
      while (book.events + subscribers * max_behind < request * subscribers && !book.over());
    }
    client.says("[16," + to_string(++request) + R"(,{"acknowledge":true},"soak.end",[)" +
                to_string(numbers[0]) + "," + to_string(numbers[1]) + "," + to_string(numbers[2]) + "," +
                to_string(numbers[3]) + "]]");
    client.hears();
    leave(client);
  });
}

void subscribe(Book& book, const Place& place, std::atomic<int>& ready) {
  noting_faults(book, "a subscriber", [&] {
    WampClient client(place.port, place.speech);
    client.joins();
    client.says(R"([32,1,{},"soak.end"])");
    const uint64_t end = head_of(client.hears()).second;
    client.says(R"([32,2,{"match":"prefix"},"soak.t."])");
    client.hears();
    ++ready;
    unsigned long numbers[topics] = {};
    for (;;) {
      const std::string message = client.hears();
      const char* arguments = message.c_str() + std::min(message.find("},["), message.size());
      unsigned long topic = 0, number = 0, all[topics] = {};
      if (head_of(message).first == end) {
        std::sscanf(arguments, "},[%lu,%lu,%lu,%lu", &all[0], &all[1], &all[2], &all[3]);
        for (int i = 0; i < topics; ++i)
          if (all[i] != numbers[i]) throw std::runtime_error("a subscriber missed the last events");
        break;
      }
      if (std::sscanf(arguments, "},[%lu,%lu", &topic, &number) != 2 || topic >= topics ||
          number != ++numbers[topic])
        unexpected("a subscriber that awaits event " + to_string(numbers[topic % topics]), message);
      ++book.events;
    }
    leave(client);
  });
}

}  // namespace soak
