// One thread with its loop, its connections and their sessions, and its parts of the audiences that these are
// in.
//
// Made, started, stopped and destroyed by the main thread. While it runs, everything but mailbox(),
// loop().post() and what is const is for its own thread. What comes for a session that is gone is dropped,
// but for a call, which is answered. Realms and other workers may outlive it with refs to its sessions, but
// then post nothing any more.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <thread>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "router/base/clock.h"
#include "router/base/counters.h"
#include "router/base/id_source.h"
#include "router/base/session_ref.h"
#include "router/mail/outbox.h"
#include "router/mail/routed_payload.h"
#include "router/memory/memory_guard.h"
#include "router/worker/audiences.h"
#include "router/worker/resident.h"
#include "serializers/serializer.h"
#include "transport/loop/loop.h"

namespace router {

class Worker {
 public:
  Worker(uint32_t number, uint64_t seed);
  // Once, before it runs, if there are others: all of them by number.
  void know(std::vector<Mailbox*> mailboxes) { outbox_ = Outbox(std::move(mailboxes)); }
  ~Worker();

  void start();
  // Any thread. Ends the loop and waits for the thread.
  void stop();
  // Ends all whose connections are still open. After stop(), while all other workers are still there.
  void end_residents();

  transport::Loop& loop() { return loop_; }
  const transport::Loop& loop() const { return loop_; }
  uint32_t number() const { return number_; }
  Mailbox& mailbox() { return mailbox_; }
  const Mailbox& mailbox() const { return mailbox_; }
  FrameEncoder& encoder() { return encoder_; }
  WorkerCounters& counters() { return counters_; }
  const WorkerCounters& counters() const { return counters_; }
  serializers::Scratch& scratch() { return scratch_; }

  // A fresh address, which leads to nobody yet (router/worker/address.h). Messages and events that come for
  // nobody are counted.
  SessionRef add_address();
  void lead_to(const SessionRef& ref, Addressee& addressee) noexcept {
    slots_[ref.slot].addressee = &addressee;
  }
  void remove_address(const SessionRef& ref) noexcept;

  // Whose connection is open.
  void add_open(Resident& resident) { open_.insert(&resident); }
  void remove_open(Resident& resident) { open_.erase(&resident); }

  // It has something to do at the end of each turn, until it is removed or has done it. It may be there for
  // that reason already, or not be there any more.
  void add_to_turn_end(TurnEnd why, Resident& resident);
  void remove_from_turn_end(TurnEnd why, Resident& resident);
  // Often, while there are any that wait for another worker.
  void look_at_waiting();

  // What is done at the end of each turn of the loop.
  void end_turn();
  // What is done once a second while it runs: time passes for those whose connection is open.
  void sweep(SteadyTime now);
  // Hands out what the mailbox holds. At the end of each turn, and before a session says its last word; never
  // while it is at it, as what came later would be delivered first.
  void deliver_mail();

  // The same if there is much of it: what is delivered later has left the processor's cache. After each
  // message that was routed.
  void deliver_much_mail() {
    if (mailbox_.own_count() >= much_mail) deliver_mail();
  }

  // No new sessions, and GOODBYE to those there are.
  void begin_drain(const Drain& drain);
  bool shutting_down() const { return drain_.has_value(); }
  // What a client is told, each another time. Precondition: shutting_down().
  uint64_t retry_after_ms();

  // Calls it on the worker's thread, at the end of a turn, each time when its buffers have come to take so
  // many bytes more. Once, before the worker runs.
  void tell_of_growth(size_t bytes, std::function<void()> tell) {
    told_growth_ = static_cast<std::ptrdiff_t>(bytes);
    on_growth_ = std::move(tell);
  }

  // How short the process is of memory.
  void set_memory_stage(MemoryStage stage);
  MemoryStage memory_stage() const { return memory_stage_; }

 private:
  static constexpr uint32_t none = UINT32_MAX;
  struct Slot {
    wamp::SessionId id;              // none: free
    Addressee* addressee = nullptr;  // null: nobody
    uint32_t next_free = none;       // while it is free
  };
  Addressee* find(wamp::SessionId session, uint32_t slot) const;
  std::vector<Resident*>& at_turn_end(TurnEnd why) { return at_turn_end_[static_cast<size_t>(why)]; }
  // Others wait for it: it is tried again in the next turns.
  using Waited = std::variant<CallId, Fence>;
  void make_up_for(Waited waited);
  void make_up_for_waited();
  template <class... Kinds>
  void on_undeliverable(const std::variant<Kinds...>& entry);
  // Does something for a resident, whose connection it costs if there is not enough memory for it.
  template <class Work>
  static void at_the_cost_of(Resident& resident, Work work);
  void deliver(Delivery& delivery);
  void deliver(EventDelivery& delivery);
  // To how many.
  size_t deliver(EventRound& round, std::span<const Subscriber> subscribers, wamp::SessionId excluded);
  void deliver(SessionOrder& order);
  void deliver(KeptEvents& events);
  void deliver(LeaveAudience& change) { audiences_.leave(change); }
  void deliver(JoinAudience& change) { audiences_.join(std::move(change)); }
  void deliver(Together& together);
  // Delivers it, or makes up for it if there is no memory for that.
  template <class... Kinds>
  void deliver_any(std::variant<Kinds...>& mail);
  void deliver(Invoke& invoke);
  void deliver(Answer& answer);
  void deliver(CallNotice& notice);
  void deliver(Fence& fence) { outbox_.pass(fence); }
  void deliver(Fenced& fenced);
  void deliver(Refused& refused);
  bool catch_up();
  void look_at_growth();
  void look_at_waiting_later();
  void sweep_later();
  void continue_drain();

  static constexpr size_t much_mail = 32;

  const uint32_t number_;
  IdSource ids_;
  Mailbox mailbox_;
  Outbox outbox_;
  FrameEncoder encoder_;
  WorkerCounters counters_;
  serializers::Scratch scratch_;
  Audiences audiences_;
  std::vector<Slot> slots_;
  uint32_t first_free_ = none;
  std::unordered_set<Resident*> open_;
  std::array<std::vector<Resident*>, turn_end_count> at_turn_end_;  // by why
  bool will_look_at_waiting_ = false;
  std::vector<EventRound::Frame> event_frames_;  // space lent from one event to the next
  MailList mail_;                                // likewise from one delivery round to the next
  bool delivering_ = false;
  std::vector<Waited> waited_;  // that there was no memory for; with room for some
  std::optional<Drain> drain_;  // since the router shuts down
  MemoryStage memory_stage_ = MemoryStage::plenty;
  std::function<void()> on_growth_;
  std::ptrdiff_t told_growth_ = 0, told_live_bytes_ = 0;
  transport::Loop loop_;  // behind all that its connections' sessions use
  std::thread thread_;
};

}  // namespace router
