// One thread with its loop, its connections and its sessions.
//
// Everything but mailbox(), loop().post() and what is const is for the worker's own thread. Outlived by
// nothing that holds a SessionRef: refs to sessions that are gone are ignored.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "router/base/clock.h"
#include "router/base/counters.h"
#include "router/base/id_source.h"
#include "router/base/session_ref.h"
#include "router/mail/frame_encoder.h"
#include "router/mail/mailbox.h"
#include "router/memory/memory_guard.h"
#include "serializers/serializer.h"
#include "transport/connection.h"
#include "transport/loop.h"

namespace router {

class Backpressure;
class EventSender;
class Membership;
class Session;

// How the router shuts down.
struct Drain {
  std::chrono::milliseconds window{0};  // in which sessions are told to go, each at a time of its own
  SteadyTime deadline{};                // when calls in flight are waited for no longer
  uint32_t retry_after_ms = 0;          // clients are to come back after this time and up to as long again
};

class Worker {
 public:
  Worker(uint32_t number, uint64_t seed);
  ~Worker();

  void start();
  // Any thread. Ends the loop and waits for the thread.
  void stop();
  // Ends all sessions whose connections are still open. After stop(), while all other workers are still
  // there.
  void end_sessions();

  transport::Loop& loop() { return loop_; }
  const transport::Loop& loop() const { return loop_; }
  Mailbox& mailbox() { return mailbox_; }
  const Mailbox& mailbox() const { return mailbox_; }
  FrameEncoder& encoder() { return encoder_; }
  WorkerCounters& counters() { return counters_; }
  const WorkerCounters& counters() const { return counters_; }
  serializers::Scratch& scratch() { return scratch_; }

  // A fresh address, of nobody yet. What comes for nobody is counted and dropped.
  SessionRef add_address() { return add({}); }
  // The same for somebody who is no session.
  SessionRef add_addressee(Addressee& addressee) { return add({{}, nullptr, &addressee}); }
  // What comes for the address is the membership's from now on.
  void set_membership(const SessionRef& ref, Membership& membership);
  void remove_address(const SessionRef& ref) noexcept;

  // Connections that are open, with a session or without.
  void add_open(Session& session) { open_.insert(&session); }
  void remove_open(Session& session) { open_.erase(&session); }

  // Those whose peer does not take a stream.
  void add_choked(Backpressure& backpressure) { choked_.push_back(&backpressure); }
  void remove_choked(Backpressure& backpressure) { std::erase(choked_, &backpressure); }

  // Those for which events wait outside their connection's queue.
  void add_behind(EventSender& events) { behind_.push_back(&events); }
  void remove_behind(EventSender& events) { std::erase(behind_, &events); }

  // Sessions that are not read until another worker has caught up with what they have sent it.
  void add_waiting(Session& session);
  void remove_waiting(Session& session) { std::erase(waiting_, &session); }
  // Often, while there are any.
  void end_waiting();

  // Sessions of which held requests may be carried out, at the end of the turn.
  void add_ready(Session& session) {
    if (std::find(ready_.begin(), ready_.end(), &session) == ready_.end()) ready_.push_back(&session);
  }
  void remove_ready(Session& session) { std::erase(ready_, &session); }

  // What is done at the end of each turn of the loop.
  void end_turn();
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
    wamp::SessionId id;                // none: free
    Membership* membership = nullptr;  // one of these, or none
    Addressee* addressee = nullptr;
    uint32_t next_free = none;  // while it is free
  };
  SessionRef add(Slot slot);
  Membership* find(wamp::SessionId session, uint32_t slot) const;
  void on_undeliverable(const Mail& entry);
  // Does something for a connection, which it costs if there is not enough memory for it.
  template <class Work>
  static void at_the_cost_of(transport::Connection& connection, Work work);
  void deliver(Delivery& delivery);
  void deliver(EventDelivery& delivery);
  bool deliver_to_one(EventDelivery& delivery);
  // An EVENT as some of its receivers get it.
  struct EventFrame {
    serializers::Format format;
    transport::Framing framing;
    transport::BufferRef frame;
  };
  const EventFrame& event_frame(serializers::Format format, transport::Framing framing,
                                const wamp::Message& event, const RoutedPayload& payload);
  void deliver(SessionOrder& order);
  void deliver(KeptEvents& events);
  bool catch_up();
  void look_at_growth();
  void look_at_waiting_later();
  void sweep();
  void continue_drain();

  static constexpr size_t much_mail = 32;

  const uint32_t number_;
  IdSource ids_;
  Mailbox mailbox_;
  FrameEncoder encoder_;
  WorkerCounters counters_;
  serializers::Scratch scratch_;
  std::vector<Slot> slots_;
  uint32_t first_free_ = none;
  std::unordered_set<Session*> open_;
  std::vector<Backpressure*> choked_;
  std::vector<EventSender*> behind_;
  std::vector<Session*> ready_;
  std::vector<Session*> waiting_;
  bool will_look_at_waiting_ = false;
  std::vector<EventFrame> event_frames_;  // of the event that is delivered
  MailList mail_;                         // space lent from one delivery round to the next
  bool delivering_ = false;
  std::optional<Drain> drain_;  // since the router shuts down
  MemoryStage memory_stage_ = MemoryStage::plenty;
  std::function<void()> on_growth_;
  std::ptrdiff_t told_growth_ = 0, told_live_bytes_ = 0;
  transport::Loop loop_;  // behind all that its connections' sessions use
  std::thread thread_;
};

}  // namespace router
