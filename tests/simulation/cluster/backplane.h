// The messaging system between the nodes, made of deques: what NATS and JetStream do to messages and writes,
// when chance says so.
//
// Each pair of nodes has a way for announcements and one for letters; what goes on one of them stays in
// order, comes after a delay, and may get lost or come twice. Writes go to one register of keys: they wait
// while it has no leader, may be carried out long after whoever asked has given up, or never, and their
// answers may be late or lost. What has changed is told to each node by its own delay; after a cut, changes
// that later ones have covered are left out. A node that is cut off loses what is sent, or has it come when
// the cut is over.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "router/cluster/words/backbone.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/journal.h"

namespace cluster_simulation {

using namespace router::cluster;
using simulation::Chance;
using simulation::Journal;

std::string as_text(const Key& key);
std::string as_text(const Value& value);
std::string as_text(const NodeId& id);

// A process at the backplane.
class Process : public BackboneListener {
 public:
  // It is not frozen.
  virtual bool is_awake() const = 0;
  virtual Time local_time() const = 0;
};

enum class Cut : uint8_t { none, loses, holds };

class Backplane {
 public:
  Backplane(Chance& chance, Journal& journal, std::vector<NodeName> names);
  ~Backplane();

  // A process of that node begins, and the one before has ended.
  Backbone& attach(size_t node, Process& process);
  void detach(size_t node);
  // Everybody's time, which nobody knows.
  void set_time(Time now) { now_ = now; }
  Time now() const { return now_; }
  // What is due comes.
  void pass();

  // ---- what chance does to it
  void cut(size_t from, size_t to, Cut cut);
  void cut_off(size_t node, Cut cut);  // from the register of keys
  // No write is carried out for so long.
  void lose_leader(milliseconds time) { leader_at_ = now_ + time; }
  // A node hears of changes so much later than it could.
  void set_watch_delay(size_t node, milliseconds delay) { ports_[node].watch_delay = delay; }
  // Writes and answers take up to that long.
  void set_slowness(milliseconds most) { slowness_ = most; }
  void set_losses(size_t one_in) { lost_one_in_ = one_in; }  // 0: none
  void set_doubles(size_t one_in) { doubled_one_in_ = one_in; }
  void heal();

  // ---- the truth
  const Entry* entry(const Key& key) const;
  bool is_current(const NodeId& id) const;
  size_t nodes() const { return ports_.size(); }

 private:
  class Door;

  struct Answer {
    Key key;
    Ticket ticket = 0;
    Outcome outcome = Outcome::unknown;
    Revision revision = 0;
    uint64_t request = 0;
  };
  using Content = std::variant<Announcement, Letter, Answer>;
  struct Parcel {
    Time due{};
    Content content;
  };
  struct Request {
    uint64_t number = 0;
    size_t node = 0;
    uint64_t life = 0;
    Time due{};
    Key key;
    Value value;
    Revision expected = 0;
    Ticket ticket = 0;
  };
  struct Waiting {
    Time until{};  // local
    Key key;
    Ticket ticket = 0;
  };
  struct Port {
    Process* process = nullptr;
    uint64_t life = 0;
    std::map<size_t, std::deque<Parcel>> ways;  // to here, by where they begin
    std::map<uint64_t, Waiting> waiting;        // requests without an answer
    Cut cut = Cut::none;                        // from the register
    // The watch.
    Revision seen = 0;
    bool is_told_any = false;
    bool leaves_out = true;  // changes that later ones have covered, until all is told
    milliseconds watch_delay{};
  };
  struct Written {
    Entry entry;
    Time at{};
  };

  size_t way(size_t from, bool is_letter) const { return from * 2 + (is_letter ? 1 : 0); }
  size_t way_of_answers() const { return ports_.size() * 2; }
  milliseconds some_delay();
  void put(size_t to, size_t way, Content content, milliseconds delay);
  void say(size_t from, size_t to, bool is_letter, Content content);
  void request(size_t from, const Key& key, const Value& value, Revision expected, Ticket ticket);
  void carry_out_due();
  void carry_out(const Request& request);
  void pass_ways(Port& port, size_t node);
  void hand_over(Port& port, Content content);
  void pass_timeouts(Port& port);
  void pass_changes(Port& port);

  Chance& chance_;
  Journal& journal_;
  const std::vector<NodeName> names_;
  std::vector<Port> ports_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::vector<std::vector<Cut>> cuts_;
  std::deque<Request> requests_;
  std::vector<Written> log_;  // place n has revision n + 1
  std::map<Key, Revision> last_;
  Time now_{std::chrono::seconds(1000)};
  Time leader_at_{};
  milliseconds slowness_{};
  size_t lost_one_in_ = 0, doubled_one_in_ = 0;
  uint64_t last_request_ = 0, last_life_ = 0;
};

}  // namespace cluster_simulation
