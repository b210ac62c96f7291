// A process of a node, with clients: the router's part is Node, the clients are played.
//
// They subscribe and register, publish and call. What they do and hear is told to the promises.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "router/cluster/node.h"
#include "tests/simulation/cluster/liar.h"

namespace cluster_simulation {

class Promises;

// What all players have in common.
struct Stage {
  Chance& chance;
  Journal& journal;
  Backplane& backplane;
  Promises& promises;
  const Flaw flaw;
  const Timing timing{};
  const std::vector<Name> procedures;
  const std::vector<Name> topics;    // exact ones
  const std::vector<Name> patterns;  // and what else is subscribed to
  CallNumber last_call = 0;
  bool is_quiet = false;  // nobody asks for anything new
};

class Player final : public Process, NodeUser {
 public:
  struct Call {
    Name procedure;
    NodeId to;
    Time at{};  // everybody's
  };

  // `speed`: of its clock, 1 is right.
  Player(Stage& stage, size_t number, const NodeName& name, double speed);
  ~Player() override;

  // As time passes: its timer rings, and what its clients wait for comes.
  void step();
  // A client does something.
  void act();
  void publish(const Name& topic);
  void call(const Name& procedure);
  void subscribe(const Fact& fact);
  void unsubscribe(const Fact& fact);
  void register_(const Name& procedure, Policy policy);
  void unregister(const Name& procedure);
  void drain();
  void evict(const NodeName& name);
  void freeze(milliseconds time);
  void thaw();
  bool is_to_thaw() const { return stage_.backplane.now() >= frozen_until_; }

  bool is_awake() const override;
  Time local_time() const override;

  const Node& node() const { return node_; }
  size_t number() const { return number_; }
  const NodeName& name() const { return name_; }
  // When its process began, or went on. Everybody's time.
  Time awake_since() const { return awake_since_; }
  bool may_serve(const Name& procedure) const { return node_.may_serve(procedure, local_time()); }
  Slot slot() const { return node_.membership().slot(local_time()); }
  // It wants it, whether it has it or not.
  bool wants(const Name& procedure) const { return wants_.contains(procedure); }
  std::optional<Policy> granted(const Name& procedure) const;
  // SUBSCRIBED or REGISTERED was sent, and it is still so.
  bool was_told(const Fact& fact) const { return told_.contains(fact); }
  const std::map<Fact, uint32_t>& offers() const { return offered_; }
  const std::map<CallNumber, Call>& calls() const { return calls_; }

 private:
  struct Pending {
    uint64_t number = 0;
    Fact fact;
  };
  struct Due {
    Time at{};  // local
    NodeId to;
    std::string text;
  };

  // ---- the backplane
  void on_announcement(const Announcement& said, Time now) override;
  void on_entries(const std::vector<Entry>& entries, bool is_all, Time now) override;
  void on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) override;
  void on_letter(const Letter& letter, Time now) override;

  // ---- the node
  std::vector<Change> offered() const override;
  void on_confirmed(uint64_t facts) override;
  void on_granted(const Name& name) override;
  void on_refused(const Name& name, const NameEntry& by) override;
  void on_mail(const NodeId& from, const std::string& bytes) override;
  void on_gap(const NodeId& from, const Missed& gap) override;
  void on_call_failed(CallNumber call, const NodeId& at) override;

  // What the node has said is done when it has finished.
  void do_what_is_left();
  void try_again();
  void offer(const Fact& fact, uint32_t count);
  void note(const std::string& text);
  bool has_incarnation() const { return node_.membership().self().incarnation != 0; }
  // With a number of the test's own in front.
  std::string numbered(const NodeId& to, const std::string& text);
  void answer(const NodeId& from, CallNumber call, size_t procedure);
  void end(CallNumber call, const std::string& how);

  Stage& stage_;
  const size_t number_;
  const NodeName name_;
  const double speed_;
  const Time began_at_;
  Liar liar_;
  Node node_;
  Time frozen_until_{};
  Time awake_since_;
  Time frozen_at_{};
  Time::duration slept_{};
  Time next_tick_{};  // local

  std::map<Fact, uint32_t> offered_;
  std::deque<Pending> pending_;
  std::set<Fact> told_;
  std::map<Name, Policy> wants_;
  std::vector<Name> granted_, refused_;
  std::map<Name, Policy> hopes_;  // refused, and tried again and again
  std::map<CallNumber, Call> calls_;
  std::vector<Due> answers_;
  std::map<std::pair<NodeId, NodeId>, uint64_t> said_;  // numbers of mail, by incarnations
};

}  // namespace cluster_simulation
