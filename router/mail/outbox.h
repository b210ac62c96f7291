// The post between workers, and from realms to them: an outbox, and the mailboxes that it leads to.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "router/base/mutex.h"
#include "router/mail/call_mail.h"
#include "router/mail/delivery.h"
#include "router/mail/mail_list.h"

namespace router {

// Where a worker finds what realms, and sessions of other workers, have for its sessions. Threads meet here,
// with the realms' locks or without.
//
// Entries come out in the order in which they were sent. What an owner posts to others is collected, and sent
// when it says so, or when there is much of it: so threads meet once for a batch. Other threads' is sent at
// once. A realm sends what was posted while it was locked before it is unlocked, and who takes out a fence
// sends before that is known: so the order is that of posting for one thread, and for several whose posting
// was ordered by a lock (the realm's) or a number (the fence's).
//
// It is bounded by those who post: one that finds it full remembers that, and its session is not read until
// the owner has caught up (router/session/mailbox_wait.h). What is over the bound is at most a batch of each.
//
// A part of its worker. Realms and other workers hold a pointer to it and may outlive it, but post and send
// nothing any more: before workers go, all sessions have ended and realms are closed.
class Mailbox {
 public:
  // `wake` makes the owner drain soon; called by other threads than the owner's, once per batch: at once by
  // those that own none, by owners in wake_others().
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}
  // The calling thread, if it has posted here or is the owner, forgets that.
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;

  // The calling thread is the owner from now on: its own posts need neither lock nor wake-up.
  void bind_to_this_thread() { of_this_thread_ = this; }

  // Sends what this thread, an owner, has posted to others.
  static void send_out() noexcept {
    if (of_this_thread_ && of_this_thread_->unsent_ > 0) of_this_thread_->send_all();
  }
  // The same, and wakes those to whom it has sent. An owner calls it often, and not while it holds a lock:
  // waking is a system call.
  static void wake_others();

  // Any thread. Makes the D, a kind of Mail, in its place, as some are big to move.
  template <class D, class... Arguments>
  void post(Arguments&&... arguments) {
    Mailbox* const mine = of_this_thread_;
    if (mine == this) {
      take_from_others();
      own_.emplace_back(std::in_place_type<D>, std::forward<Arguments>(arguments)...);
    } else if (mine) {
      Batch& batch = mine->batch_for(*this);
      batch.mail.emplace_back(std::in_place_type<D>, std::forward<Arguments>(arguments)...);
      mine->on_posted(batch);
    } else {
      bool first = false;
      {
        const Lock lock(mutex_);
        first = from_others_.empty();
        from_others_.emplace_back(std::in_place_type<D>, std::forward<Arguments>(arguments)...);
        on_sent();
      }
      if (first) wake_from_outside();
    }
  }

  // Owner only. How much it has posted to itself since the last drain.
  size_t own_count() const { return own_.size(); }

  // Owner only. How much it has posted to others that is not sent yet.
  size_t unsent_count() const;

  // Any thread. So much from others waits that their sessions should.
  bool full() const { return full_.load(std::memory_order_relaxed); }
  // One that this thread has posted to since the last call and that was full; null: none.
  static const Mailbox* take_overfilled() {
    return overfilled_ ? std::exchange(overfilled_, nullptr) : nullptr;
  }

  // Any thread. How much others have sent that the owner has not taken yet.
  size_t waiting_count() const;
  // Bytes of its payloads.
  size_t waiting_bytes() const;

  // Owner only. What was posted, oldest first; the list given is swapped in to be filled next. What the owner
  // has posted to others is sent before that, so nobody whom it tells something knows more than they.
  void drain(MailList& entries);

 private:
  // What the owner has posted to another one and not sent.
  struct Batch {
    explicit Batch(Mailbox& other) : to(other) {}
    Mailbox& to;
    MailList mail;
    bool wakes = false;  // it was sent to who may sleep
  };

  Batch& batch_for(Mailbox& to) {
    if (last_batch_ && &last_batch_->to == &to) return *last_batch_;
    return find_batch(to);
  }
  Batch& find_batch(Mailbox& to);
  void forget(const Mailbox& other);
  void on_posted(Batch& batch) noexcept {
    if (batch.mail.size() == 1) ++unsent_;
    // All, as nobody may hear of what came of something before who was to hear of that.
    if (batch.mail.size() >= much_mail || batch.mail.bytes() >= many_bytes) [[unlikely]]
      send_all();
    else if (batch.to.full())
      overfilled_ = &batch.to;
  }
  void send(Batch& batch) noexcept;
  void send_all() noexcept;
  void on_sent() REQUIRES(mutex_);
  // False: there is no memory for it. Then the owner finds what was sent at the end of its next turn.
  bool wake_from_outside() const;
  void take_from_others() {
    if (from_others_waiting_.load(std::memory_order_acquire)) move_from_others();
  }
  void move_from_others() noexcept;

  static constexpr size_t max_mail = 16384;
  static constexpr size_t max_payload_bytes = 32 * 1024 * 1024;
  static constexpr size_t much_mail = 64;
  static constexpr size_t many_bytes = 256 * 1024;
  static inline thread_local constinit Mailbox* of_this_thread_ = nullptr;
  static inline thread_local constinit const Mailbox* overfilled_ = nullptr;

  const std::function<void()> wake_;

  // The owner's.
  MailList own_;  // drained first, so what others sent before is moved here first
  std::vector<std::unique_ptr<Batch>> batches_;
  Batch* last_batch_ = nullptr;  // that something was posted to
  size_t unsent_ = 0;            // batches with mail
  size_t sleepers_ = 0;          // batches that wake somebody

  std::atomic<bool> from_others_waiting_{false};
  std::atomic<bool> full_{false};  // written under mutex_
  mutable Mutex mutex_{"a mailbox"};
  MailList from_others_ GUARDED_BY(mutex_);
};

// What broker, dealer and the ends of calls decide to send, in order. It goes to the mailboxes of the
// receivers' workers at once: what comes of a change of the realm, while that is locked. What the ends of
// calls tell each other comes without the lock, in the order of their sessions' threads; and so do events
// that are not kept, with their PUBLISHED, and the last word behind a fence. No order depends on PUBLISHED
// and ERROR of what is stored, which come from the store's thread, nor on Realm::order(). Any thread.
class Outbox {
 public:
  // By worker number. They are there until the last post; the outbox may outlive them.
  explicit Outbox(std::vector<Mailbox*> mailboxes) : mailboxes_(std::move(mailboxes)) {}

  // `message` is one of the messages of wamp/message.h.
  template <class M>
  void send(const SessionRef& to, M&& message, RoutedPayload&& payload = {}) {
    mailboxes_[to.worker]->post<Delivery>(to, std::forward<M>(message), std::move(payload));
  }
  void order(const SessionRef& to, SessionOrder::Kind kind,
             std::shared_ptr<const wamp::Dict> extra = nullptr) {
    mailboxes_[to.worker]->post<SessionOrder>(SessionOrder{to, kind, std::move(extra)});
  }
  // `invoke`: all that an Invoke is made of, behind the callee.
  template <class... Parts>
  void invoke(const SessionRef& callee, Parts&&... parts) {
    mailboxes_[callee.worker]->post<Invoke>(callee, std::forward<Parts>(parts)...);
  }
  // `message`: a CallResult or an Error.
  template <class M>
  void answer(const CallId& call, M&& message, RoutedPayload&& payload,
              Answer::Kind kind = Answer::Kind::last) {
    mailboxes_[call.caller.worker]->post<Answer>(call, std::forward<M>(message), std::move(payload), kind);
  }
  void notify(const CallNotice& notice) { mailboxes_[notice.to.worker]->post<CallNotice>(notice); }
  // UNREGISTERED, when nothing is on its way any more that an older route of the registration has led to.
  // Precondition: that one is found no more.
  void fence(Fenced&& last_word);
  // A worker has taken a fence out. If there is no memory for it, nothing has changed.
  void pass(Fence& fence);
  void send_together(uint32_t worker, Together&& mail) {
    mailboxes_[worker]->post<Together>(std::move(mail));
  }
  void leave_audience(uint32_t worker, const LeaveAudience& change) {
    mailboxes_[worker]->post<LeaveAudience>(change);
  }
  // As EventDelivery has it.
  void send_event(uint32_t worker, AudienceList&& audiences, const wamp::Event& event,
                  const RoutedPayload& payload, wamp::SessionId excluded,
                  const std::shared_ptr<const EventFilter>& filter, const CountedTopic& counted) {
    mailboxes_[worker]->post<EventDelivery>(std::move(audiences), event, payload, excluded, filter, counted);
  }

  // The one way a request that has been routed is refused; what a session does not even take, it refuses
  // itself (router/session/requests.cc).
  void refuse(const SessionRef& to, wamp::MessageType request_type, wamp::RequestId request, Refusal why) {
    mailboxes_[to.worker]->post<Refused>(Refused{to, request_type, request, 0, std::move(why)});
  }
  // The same for a call that has been begun: the caller's half gives the answer, if it has not ended.
  // `not_taken`: no callee has got it.
  void refuse(const CallId& call, Refusal why, bool not_taken = false) {
    mailboxes_[call.caller.worker]->post<Refused>(
        Refused{call.caller, wamp::Call::type, call.request, call.number, std::move(why), not_taken});
  }

 private:
  std::vector<Mailbox*> mailboxes_;
};

}  // namespace router
