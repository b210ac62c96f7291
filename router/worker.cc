#include "router/worker.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

#include "router/session.h"
#include "transport/has_memory_for.h"
#include "transport/live_bytes.h"

namespace router {
namespace {

constexpr auto waiting_interval = std::chrono::milliseconds(1);
constexpr auto sweep_interval = std::chrono::seconds(1);
constexpr auto drain_interval = std::chrono::milliseconds(10);

}  // namespace

Worker::Worker(uint32_t number, uint64_t seed)
    : number_(number), ids_(seed), mailbox_([this] { loop_.post([] {}); }) {
  loop_.set_turn_end([this] { end_turn(); });
}

Worker::~Worker() {
  stop();
  assert(open_.empty() && "its sessions have ended");
}

void Worker::start() {
  thread_ = std::thread([this] {
    mailbox_.bind_to_this_thread();
    loop_.after(sweep_interval, [this] { sweep(); });
    loop_.run();
  });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

void Worker::end_sessions() {
  for (Session* session : std::vector<Session*>(open_.begin(), open_.end()))
    session->on_closed({transport::close_code::going_away, false, "the router stops"});
}

SessionRef Worker::add(Slot slot_content) {
  slot_content.id = wamp::SessionId(ids_.next());
  if (first_free_ == none) {
    slots_.emplace_back();
    first_free_ = static_cast<uint32_t>(slots_.size() - 1);
  }
  const uint32_t slot = std::exchange(first_free_, slots_[first_free_].next_free);
  slots_[slot] = slot_content;
  return {number_, slot, slot_content.id};
}

void Worker::set_membership(const SessionRef& ref, Membership& membership) {
  slots_[ref.slot].membership = &membership;
}

void Worker::remove_address(const SessionRef& ref) noexcept {
  slots_[ref.slot] = {};
  slots_[ref.slot].next_free = std::exchange(first_free_, ref.slot);
}

Membership* Worker::find(wamp::SessionId session, uint32_t slot) const {
  const Slot& found = slots_[slot];
  return found.id == session ? found.membership : nullptr;
}

template <class Work>
void Worker::at_the_cost_of(transport::Connection& connection, Work work) {
  if (!transport::has_memory_for(work)) connection.on_out_of_memory();
}

void Worker::look_at_growth() {
  const std::ptrdiff_t live = transport::live_buffer_bytes_of_thread() + loop_.input_outside_buffers();
  told_live_bytes_ = std::min(told_live_bytes_, live);
  if (!on_growth_ || live < told_live_bytes_ + told_growth_) return;
  told_live_bytes_ = live;
  on_growth_();
}

void Worker::end_turn() {
  for (Backpressure* backpressure : std::vector(choked_))
    at_the_cost_of(backpressure->connection(), [backpressure] { backpressure->check(); });
  deliver_mail();
  // Not while mail is delivered, as what they do makes mail that comes after it.
  while (!ready_.empty()) {
    Session* session = ready_.back();
    ready_.pop_back();
    at_the_cost_of(session->connection(), [session] { session->carry_out_held(); });
    deliver_mail();
  }
  if (catch_up()) loop_.post([] {});
  look_at_growth();
}

// True: there is more to be sent, in another turn. Who got nothing in this one comes first in that.
bool Worker::catch_up() {
  CatchUpBudget budget(encoder_);
  bool has_more = false;
  for (EventSender* events : std::vector(behind_)) {
    if (budget.is_spent()) {
      std::rotate(behind_.begin(), std::find(behind_.begin(), behind_.end(), events), behind_.end());
      return true;
    }
    at_the_cost_of(events->connection(), [&] { has_more = events->catch_up(budget) || has_more; });
  }
  return has_more;
}

void Worker::deliver_mail() {
  assert(!delivering_);
  struct Delivering {
    bool& goes_on;
    explicit Delivering(bool& flag) : goes_on(flag) { goes_on = true; }
    ~Delivering() { goes_on = false; }
  };
  {
    const Delivering delivering(delivering_);
    MailList mail;
    mail.swap(mail_);
    // What is delivered may make a session order something of another one here.
    do {
      mailbox_.drain(mail);
      mail.for_each([this](Mail& entry) {
        const auto deliver_it = [&] { std::visit([this](auto& delivery) { deliver(delivery); }, entry); };
        if (transport::has_memory_for(deliver_it)) return;
        event_frames_.clear();
        on_undeliverable(entry);
      });
    } while (mailbox_.own_count() > 0);
    mail.clear();
    mail_.swap(mail);
  }
  Mailbox::wake_others();
}

// There was no memory for it. Whom a message or an order does not reach must not be waited for, nor wait for
// it; an event is lost.
void Worker::on_undeliverable(const Mail& entry) {
  const auto* delivery = std::get_if<Delivery>(&entry);
  const auto* kept = std::get_if<KeptEvents>(&entry);
  const auto* order = std::get_if<SessionOrder>(&entry);
  if (!delivery && !kept && !order) return counters_.lost_event_memory.add();
  const SessionRef& to = delivery ? delivery->to : kept ? kept->to : order->to;
  if (Membership* receiver = find(to.session, to.slot)) receiver->sender().connection().on_out_of_memory();
}

void Worker::deliver(Delivery& delivery) {
  const Slot& slot = slots_[delivery.to.slot];
  const bool is_there = slot.id == delivery.to.session;
  if (is_there && slot.membership) return slot.membership->deliver(delivery);
  if (is_there && slot.addressee) return slot.addressee->deliver(delivery);
  counters_.lost_message_no_session.add();
}

void Worker::deliver(SessionOrder& order) {
  if (Membership* receiver = find(order.to.session, order.to.slot)) receiver->obey(order);
}

void Worker::deliver(KeptEvents& events) {
  if (Membership* receiver = find(events.to.session, events.to.slot))
    receiver->events().send_kept(std::move(events));
}

void Worker::deliver(EventDelivery& delivery) {
  if (delivery.audience->size() == 1 && deliver_to_one(delivery)) return;
  const wamp::Message event = std::move(delivery.event);
  EventShare share(std::get<wamp::Event>(event), delivery.payload);
  const EventFrame* frame = nullptr;
  for (const Subscriber& subscriber : *delivery.audience) {
    if (subscriber.session == delivery.excluded) continue;
    Membership* receiver = find(subscriber.session, subscriber.slot);
    if (!receiver) {
      counters_.lost_event_no_session.add();
      continue;
    }
    if (delivery.filter && !receiver->admitted_by(*delivery.filter)) continue;
    const serializers::Format format = receiver->sender().format();
    const transport::Framing framing = receiver->sender().framing();
    // Nearly all want the frame that the one before them got.
    if (!frame || frame->format != format || frame->framing != framing)
      frame = &event_frame(format, framing, event, delivery.payload);
    at_the_cost_of(receiver->sender().connection(),
                   [&] { receiver->events().deliver(frame->frame, subscriber.policy, share); });
  }
  event_frames_.clear();
}

const Worker::EventFrame& Worker::event_frame(serializers::Format format, transport::Framing framing,
                                              const wamp::Message& event, const RoutedPayload& payload) {
  for (const EventFrame& known : event_frames_)
    if (known.format == format && known.framing == framing) return known;
  return event_frames_.emplace_back(
      EventFrame{format, framing, encoder_.encode(format, framing, event, RoutedPayload(payload))});
}

// One that has nobody else to go to, and room, is built around its payload.
bool Worker::deliver_to_one(EventDelivery& delivery) {
  const Subscriber& subscriber = delivery.audience->front();
  Membership* receiver = find(subscriber.session, subscriber.slot);
  const bool is_plain = receiver && subscriber.session != delivery.excluded && !delivery.filter &&
                        delivery.event.details.empty();
  if (!is_plain || !receiver->events().has_room_for(delivery.payload.bytes().size(), subscriber.policy))
    return false;
  const wamp::Message event = std::move(delivery.event);
  at_the_cost_of(receiver->sender().connection(), [&] {
    receiver->events().send(receiver->sender().encode(event, std::move(delivery.payload)));
  });
  return true;
}

void Worker::add_waiting(Session& session) {
  look_at_waiting_later();
  waiting_.push_back(&session);
}

void Worker::look_at_waiting_later() {
  if (will_look_at_waiting_) return;
  loop_.after(waiting_interval, [this] {
    will_look_at_waiting_ = false;
    end_waiting();
  });
  will_look_at_waiting_ = true;
}

void Worker::end_waiting() {
  if (waiting_.empty()) return;
  look_at_waiting_later();
  std::erase_if(waiting_, [](Session* session) {
    bool has_ended = true;
    at_the_cost_of(session->connection(), [&] { has_ended = session->end_waiting(); });
    return has_ended;
  });
}

void Worker::sweep() {
  loop_.after(sweep_interval, [this] { sweep(); });
  for (Session* session : std::vector<Session*>(open_.begin(), open_.end()))
    at_the_cost_of(session->connection(), [&] { session->check_deadline(loop_.now()); });
}

void Worker::begin_drain(const Drain& drain) {
  drain_ = drain;
  const auto window_ms = static_cast<uint64_t>(drain.window.count());
  transport::has_memory_for([&] {
    for (Session* session : std::vector<Session*>(open_.begin(), open_.end())) {
      const std::chrono::milliseconds after(ids_.next() % (window_ms + 1));
      at_the_cost_of(session->connection(), [&] { session->begin_drain(after); });
    }
  });
  continue_drain();
}

void Worker::continue_drain() {
  if (open_.empty()) return;
  loop_.after(drain_interval, [this] { continue_drain(); });
  for (Session* session : std::vector<Session*>(open_.begin(), open_.end()))
    at_the_cost_of(session->connection(), [&] { session->continue_drain(*drain_); });
}

uint64_t Worker::retry_after_ms() {
  const uint64_t shortest_ms = drain_->retry_after_ms;
  return shortest_ms + ids_.next() % (shortest_ms + 1);
}

void Worker::set_memory_stage(MemoryStage stage) {
  memory_stage_ = stage;
  loop_.limit_messages(stage >= MemoryStage::frugal ? frugal_message_size : SIZE_MAX);
}

}  // namespace router
