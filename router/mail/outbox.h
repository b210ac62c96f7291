// What broker, dealer and the ends of calls decide to send, in order. It goes to the mailboxes of the
// receivers' workers at once: what comes of a change of the realm, while that is locked. What the ends of
// calls tell each other comes without the lock, in the order of their sessions' threads; and so do events
// that are not kept, with their PUBLISHED, and the last word behind a fence. No order depends on PUBLISHED
// and ERROR of what is stored, which come from the store's thread, nor on Realm::order(). Any thread.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "router/mail/call_mail.h"
#include "router/mail/delivery.h"
#include "router/mail/mailbox.h"

namespace router {

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
  void answer(const CallId& call, M&& message, RoutedPayload&& payload, Answer::Kind kind = Answer::Kind::last) {
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
                  const std::shared_ptr<const EventFilter>& filter) {
    mailboxes_[worker]->post<EventDelivery>(std::move(audiences), event, payload, excluded, filter);
  }

  // The one way a request that has been routed is refused; what a session does not even take, it refuses
  // itself (router/session/requests.cc).
  void refuse(const SessionRef& to, wamp::MessageType request_type, wamp::RequestId request, Refusal why) {
    mailboxes_[to.worker]->post<Refused>(Refused{to, request_type, request, 0, std::move(why)});
  }
  // The same for a call that has been begun: the caller's half gives the answer, if it has not ended.
  void refuse(const CallId& call, Refusal why) {
    mailboxes_[call.caller.worker]->post<Refused>(
        Refused{call.caller, wamp::Call::type, call.request, call.number, std::move(why)});
  }

 private:
  std::vector<Mailbox*> mailboxes_;
};

}  // namespace router
