// Publishers, each with a topic of its own, and subscribers, each of one topic. An operation is a delivery of
// an event.
//
// A publisher has up to `depth` publications under way: one has ended when all subscribers got the event, and
// the publisher its PUBLISHED if it asked for it. So the slowest subscriber sets the pace and nothing has to
// be dropped. Events of one publisher arrive in order (WAMP, 5.4), so each subscriber's n-th event is
// publication n.
#include <bit>
#include <string>

#include "bench/load/frame_template.h"
#include "bench/load/round_robin.h"
#include "bench/load/workload.h"

namespace bench::load {

namespace {

class Publisher final : public Session {
 public:
  Publisher(Loop& loop, const Options& options, size_t index, Tally& tally)
      : Session(loop, options,
                {.name = "publisher " + std::to_string(index),
                 .floor_path = "/pub/" + std::to_string(index),
                 .serializer = options.serializer,
                 .peer_serializer = options.serializer,
                 .first_request = {}}),
        tally_(tally),
        acknowledge_(options.acknowledge),
        depth_(options.depth),
        publications_(std::bit_ceil(4 * depth_)),
        publish_(framing(), writer(), publish_message(options, topic(index)), options.uris, 0) {}

  static std::string topic(size_t index) { return "bench.topic." + std::to_string(index); }

  void add_subscriber() { ++subscribers_; }

  void start(uint64_t now_ns) {
    goes_on_ = true;
    while (publish(now_ns)) continue;
  }
  bool publish(uint64_t begun_ns) {
    if (under_way_ == depth_ || publication(published_ + 1).awaited != 0) return false;
    publication(++published_) = {begun_ns, subscribers_ + (acknowledge_ ? 1 : 0)};
    awaited_ += publication(published_).awaited;
    ++under_way_;
    send(publish_, published_);
    return true;
  }

  // When the publication was begun; 0 if `id` is none of those under way.
  uint64_t sent_ns(uint64_t id) {
    const bool possible = id != 0 && id <= published_ && published_ - id < publications_.size();
    return possible && publication(id).awaited != 0 ? publication(id).sent_ns : 0;
  }

  // An event or the acknowledgement of a publication that is under way has arrived.
  void on_arrival(uint64_t id, uint64_t now_ns) {
    --awaited_;
    if (--publication(id).awaited != 0) return;
    --under_way_;
    while (goes_on_ && publish(now_ns)) continue;
  }

  void stop() { goes_on_ = false; }
  uint64_t awaited() const { return awaited_; }

 private:
  struct Publication {
    uint64_t sent_ns = 0;
    size_t awaited = 0;  // events and acknowledgement
  };

  static List publish_message(const Options& options, const std::string& topic) {
    const Dict requested = options.acknowledge ? Dict{{"acknowledge", true}} : Dict{};
    return {kPublish, 0, requested, topic, List{options.payload()}};
  }

  Publication& publication(uint64_t id) { return publications_[id & (publications_.size() - 1)]; }

  void on_wamp(const Head& head, std::string_view message, uint64_t now_ns) override {
    if (head.type == kPublished && acknowledge_ && sent_ns(head.id) != 0) return on_arrival(head.id, now_ns);
    if (head.type == kError) return tally_.add_error(name(), message);
    tally_.add_wrong(name(), message);
  }

  Tally& tally_;
  bool acknowledge_;
  bool goes_on_ = false;  // the end of a publication makes room for the next one
  size_t depth_;
  size_t subscribers_ = 0;
  size_t under_way_ = 0;
  uint64_t published_ = 0;  // is also the last request id
  uint64_t awaited_ = 0;
  std::vector<Publication> publications_;
  FrameTemplate publish_;
};

class Subscriber final : public Session {
 public:
  Subscriber(Loop& loop, const Options& options, size_t index, Publisher& publisher, Tally& tally)
      : Session(loop, options,
                {.name = "subscriber " + std::to_string(index),
                 .floor_path = "/sub/" + std::to_string(index % options.publishers),
                 .serializer = options.peer_serializer,
                 .peer_serializer = options.serializer,
                 .first_request = {kSubscribe, 1, options.match(), options.pattern(Publisher::topic(index % options.publishers))}}),
        publisher_(publisher),
        tally_(tally),
        event_type_(options.floor ? kPublish : kEvent),
        ending_(reader().ending(options.payload())) {
    publisher_.add_subscriber();
  }

 private:
  void on_wamp(const Head& head, std::string_view message, uint64_t now_ns) override {
    const uint64_t sent_ns = publisher_.sent_ns(++received_);
    if (head.type != event_type_ || !message.ends_with(ending_) || sent_ns == 0) {
      return tally_.add_wrong(name(), message);
    }
    tally_.add_operation(now_ns - sent_ns);
    publisher_.on_arrival(received_, now_ns);
  }

  Publisher& publisher_;
  Tally& tally_;
  uint64_t event_type_;
  std::string ending_;
  uint64_t received_ = 0;
};

class PubSub final : public Workload {
 public:
  // Publisher and subscribers of a topic are on the same thread.
  PubSub(Loop& loop, const Options& options, Share share) {
    for (size_t i = share.index; i < options.publishers; i += share.of) {
      publishers_.push_back(std::make_unique<Publisher>(loop, options, i, tally));
      Publisher& publisher = *publishers_.back();
      for (size_t j = i; j < options.subscribers; j += options.publishers)
        subscribers_.push_back(std::make_unique<Subscriber>(loop, options, j, publisher, tally));
    }
  }

  std::vector<Session*> sessions() override {
    std::vector<Session*> all;
    for (const auto& subscriber : subscribers_) all.push_back(subscriber.get());
    for (const auto& publisher : publishers_) all.push_back(publisher.get());
    return all;
  }
  void start(uint64_t now_ns) override {
    for (const auto& publisher : publishers_) publisher->start(now_ns);
  }
  bool begin(uint64_t due_ns) override {
    return turns_.any(publishers_, [due_ns](Publisher& publisher) { return publisher.publish(due_ns); });
  }
  void stop() override {
    for (const auto& publisher : publishers_) publisher->stop();
  }
  uint64_t outstanding() const override {
    uint64_t sum = 0;
    for (const auto& publisher : publishers_) sum += publisher->awaited();
    return sum;
  }

 private:
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  RoundRobin turns_;
};

}  // namespace

std::unique_ptr<Workload> make_pubsub(Loop& loop, const Options& options, Share share) {
  return std::make_unique<PubSub>(loop, options, share);
}

}  // namespace bench::load
