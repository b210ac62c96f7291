// What is posted to a worker: one message for one of its sessions, one event for many, and what else changes
// for them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "router/base/session_ref.h"
#include "router/mail/audience.h"
#include "router/mail/call_mail.h"
#include "router/mail/refusal.h"
#include "router/mail/routed_payload.h"
#include "router/statistics/numbers.h"
#include "router/statistics/uri_summary.h"
#include "transport/memory/account.h"
#include "wamp/message.h"

namespace router {

// One message for one session. The message's own payload member is empty: `payload` is it.
struct Delivery {
  template <class M>
  Delivery(const SessionRef& to_, M&& message_, RoutedPayload&& payload_)
      : to(to_), message(std::forward<M>(message_)), payload(std::move(payload_)) {}

  SessionRef to;
  wamp::Message message;
  RoutedPayload payload;
};

// What a session is to do to its connection.
struct SessionOrder {
  enum class Kind : uint8_t {
    probe,         // find out whether the peer is alive, and tell the realm
    pause,         // do not read: another session does not take what comes from here; comes once
    resume,        // it has, or has gone, or others wait for what comes from here
    know_details,  // its member's `extra` has changed
    look_again,    // another session, which asked an authorizer what this one wants to know, is done
  };
  SessionRef to;
  Kind kind = Kind::probe;
  std::shared_ptr<const wamp::Dict> extra = nullptr;  // for know_details
};

struct EventFilter;

// Where a topic is counted, on its publisher's worker; of nothing: it is not. The realm owns it, so it may be
// looked at only while some session of the realm lives.
using CountedTopic = UriSummary<TopicNumbers>::Ref;

// Audiences of one subscription; no session is in two of them.
struct AudienceList {
  AudienceId first;
  std::vector<AudienceId> others;
};

// One EVENT for many sessions of one worker, which encodes it once per serializer.
struct EventDelivery {
  EventDelivery(AudienceList&& to, const wamp::Event& e, const RoutedPayload& p, wamp::SessionId not_to,
                const std::shared_ptr<const EventFilter>& f, const CountedTopic& topic)
      : audiences(std::move(to)), event(e), payload(p), excluded(not_to), filter(f), counted(topic) {}

  AudienceList audiences;
  wamp::Event event;
  RoutedPayload payload;
  wamp::SessionId excluded;                   // the publisher, unless it wants its own events; else none
  std::shared_ptr<const EventFilter> filter;  // null: no black- or whitelists
  CountedTopic counted;
};

// Events that were kept for one session. Each is made when its peer has room for it, on its worker's thread.
struct KeptEvents {
  SessionRef to;
  std::function<std::optional<Delivery>()> next;  // none: that was all
  transport::Charge charge;                       // for all of them, until the last has been made
};

// What comes out of a mailbox in one go, so that no event of others gets in between.
struct Together {
  std::vector<std::variant<Delivery, JoinAudience, LeaveAudience, KeptEvents>> mail;
};

// An ERROR's own, the text for people.
RoutedPayload payload_of(const Refusal& why);
// What who takes it out has in its place.
std::variant<Delivery, Answer> error_of(const Refused& refused);

using Mail = std::variant<Delivery, EventDelivery, SessionOrder, KeptEvents, LeaveAudience, Together, Invoke,
                          Answer, CallNotice, Fence, Fenced, Refused>;

}  // namespace router
