#include "router/worker/worker.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <new>
#include <utility>

#include "router/worker/catch_up_budget.h"
#include "transport/memory/has_memory_for.h"
#include "transport/memory/live_bytes.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

constexpr auto waiting_interval = std::chrono::milliseconds(1);
constexpr auto sweep_interval = std::chrono::seconds(1);
constexpr auto drain_interval = std::chrono::milliseconds(10);

}  // namespace

Worker::Worker(uint32_t number, uint64_t seed)
    : number_(number),
      ids_(seed),
      mailbox_([this] { loop_.post([] {}); }),
      outbox_(std::vector<Mailbox*>(number + 1, &mailbox_)) {
  constexpr size_t room_without_memory = 64;
  waited_.reserve(room_without_memory);
  loop_.set_turn_end([this] { end_turn(); });
}

Worker::~Worker() {
  stop();
  assert(open_.empty() && "its residents have ended");
}

void Worker::start() {
  thread_ = std::thread([this] {
    mailbox_.bind_to_this_thread();
    sweep_later();
    loop_.run();
  });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

void Worker::end_residents() {
  for (Resident* const resident : std::vector(open_.begin(), open_.end())) resident->end();
}

SessionRef Worker::add_address() {
  if (first_free_ == none) {
    slots_.emplace_back();
    first_free_ = static_cast<uint32_t>(slots_.size() - 1);
  }
  const uint32_t slot = std::exchange(first_free_, slots_[first_free_].next_free);
  slots_[slot] = {wamp::SessionId(ids_.next())};
  return {number_, slot, slots_[slot].id};
}

void Worker::remove_address(const SessionRef& ref) noexcept {
  slots_[ref.slot] = {};
  slots_[ref.slot].next_free = std::exchange(first_free_, ref.slot);
}

Addressee* Worker::find(wamp::SessionId session, uint32_t slot) const {
  const Slot& found = slots_[slot];
  return found.id == session ? found.addressee : nullptr;
}

template <class Work>
void Worker::at_the_cost_of(Resident& resident, Work work) {
  if (!transport::has_memory_for(work)) resident.connection().on_out_of_memory();
}

void Worker::add_to_turn_end(TurnEnd why, Resident& resident) {
  const auto number = static_cast<size_t>(why);
  if (resident.turn_ends.test(number)) return;
  if (why == TurnEnd::waiting) look_at_waiting_later();
  at_turn_end(why).push_back(&resident);
  resident.turn_ends.set(number);
}

void Worker::remove_from_turn_end(TurnEnd why, Resident& resident) {
  const auto number = static_cast<size_t>(why);
  if (!resident.turn_ends.test(number)) return;
  std::erase(at_turn_end(why), &resident);
  resident.turn_ends.reset(number);
}

void Worker::look_at_growth() {
  const std::ptrdiff_t live = transport::live_buffer_bytes_of_thread() + loop_.input_outside_buffers();
  told_live_bytes_ = std::min(told_live_bytes_, live);
  if (!on_growth_ || live < told_live_bytes_ + told_growth_) return;
  told_live_bytes_ = live;
  on_growth_();
}

void Worker::end_turn() {
  if (!waited_.empty()) [[unlikely]]
    make_up_for_waited();
  for (Resident* const choked : std::vector(at_turn_end(TurnEnd::choked)))
    at_the_cost_of(*choked, [choked] { choked->on_turn_end(TurnEnd::choked); });
  deliver_mail();
  // Not while mail is delivered, as what they do makes mail that comes after it.
  for (std::vector<Resident*>& all = at_turn_end(TurnEnd::ready); !all.empty();) {
    Resident* const ready = all.back();
    all.pop_back();
    ready->turn_ends.reset(static_cast<size_t>(TurnEnd::ready));
    at_the_cost_of(*ready, [ready] { ready->on_turn_end(TurnEnd::ready); });
    deliver_mail();
  }
  if (catch_up()) loop_.post([] {});
  Mailbox::wake_others();
  look_at_growth();
}

// True: there is more to be sent, in another turn. Who got nothing in this one comes first in that.
bool Worker::catch_up() {
  CatchUpBudget budget(encoder_);
  bool has_more = false;
  std::vector<Resident*>& all = at_turn_end(TurnEnd::behind);
  for (Resident* const behind : std::vector(all)) {
    if (budget.is_spent()) {
      std::rotate(all.begin(), std::find(all.begin(), all.end(), behind), all.end());
      return true;
    }
    at_the_cost_of(*behind, [&] { has_more = behind->catch_up(budget) || has_more; });
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
      mail.for_each([this](Mail& entry) { deliver_any(entry); });
    } while (mailbox_.own_count() > 0);
    mail.clear();
    mail_.swap(mail);
  }
  Mailbox::wake_others();
  // What mail has made others post is the fault of no session of this worker.
  static_cast<void>(Mailbox::take_overfilled());
}

// There was no memory for it. Whom it does not reach must not be waited for, nor wait for it; an event is
// lost.
template <class... Kinds>
void Worker::on_undeliverable(const std::variant<Kinds...>& entry) {
  std::visit(
      [this](const auto& mail) {
        using Kind = std::remove_cvref_t<decltype(mail)>;
        if constexpr (std::is_same_v<Kind, Fence>) {
          make_up_for(mail);
        } else if constexpr (requires { mail.to.slot; }) {
          if constexpr (std::is_same_v<Kind, Invoke>)
            if (!mail.facts.is_chunk) make_up_for(mail.call);
          if (Addressee* const receiver = find(mail.to.session, mail.to.slot)) receiver->on_out_of_memory();
        } else {
          counters_.lost_event_memory.add();
        }
      },
      entry);
}

// Beyond the room that there is for it, it may be lost.
void Worker::make_up_for(Waited waited) {
  transport::has_memory_for([&] { waited_.push_back(std::move(waited)); });
}

void Worker::make_up_for_waited() {
  const auto is_made_up_for = [this](Waited& waited) {
    return transport::has_memory_for([&] {
      if (auto* const fence = std::get_if<Fence>(&waited))
        outbox_.pass(*fence);
      else
        outbox_.refuse(std::get<CallId>(waited),
                       {wamp::error_uri::canceled, "the callee has lost its connection"});
    });
  };
  std::erase_if(waited_, is_made_up_for);
}

template <class... Kinds>
void Worker::deliver_any(std::variant<Kinds...>& entry) {
  const auto deliver_it = [&] { std::visit([this](auto& mail) { this->deliver(mail); }, entry); };
  if (!transport::has_memory_for(deliver_it)) on_undeliverable(entry);
}

void Worker::deliver(Together& together) {
  for (auto& mail : together.mail) deliver_any(mail);
}

void Worker::deliver(Delivery& delivery) {
  Addressee* const receiver = find(delivery.to.session, delivery.to.slot);
  receiver ? receiver->deliver(delivery) : counters_.lost_message_no_session.add();
}

void Worker::deliver(SessionOrder& order) {
  if (Addressee* const receiver = find(order.to.session, order.to.slot)) receiver->obey(order);
}

void Worker::deliver(KeptEvents& events) {
  if (Addressee* const receiver = find(events.to.session, events.to.slot)) receiver->deliver(events);
}

// A callee that has left is answered for as if it had left a moment later.
void Worker::deliver(Invoke& invoke) {
  if (Addressee* const receiver = find(invoke.to.session, invoke.to.slot))
    return receiver->take(std::move(invoke));
  if (!invoke.facts.is_chunk)
    outbox_.refuse(invoke.call, {wamp::error_uri::canceled, "the callee left before it answered"});
}

void Worker::deliver(Answer& answer) {
  Addressee* const receiver = find(answer.to.session, answer.to.slot);
  receiver ? receiver->take(std::move(answer)) : counters_.lost_message_no_session.add();
}

void Worker::deliver(CallNotice& notice) {
  if (Addressee* const receiver = find(notice.to.session, notice.to.slot)) receiver->take(std::move(notice));
}

void Worker::deliver(Fenced& fenced) {
  if (Addressee* const receiver = find(fenced.to.session, fenced.to.slot)) receiver->take(std::move(fenced));
}

void Worker::deliver(Refused& refused) {
  std::variant<Delivery, Answer> error = error_of(refused);
  std::visit([this](auto& mail) { this->deliver(mail); }, error);
}

void Worker::deliver(EventDelivery& delivery) {
  const auto found = audiences_.find(delivery.audiences);
  EventRound round(delivery, found.is_one(), encoder_, event_frames_);
  size_t count = 0;
  found.for_each_piece([&](std::span<const Subscriber> subscribers) {
    count += deliver(round, subscribers, delivery.excluded);
  });
  // One who has got it is there, and so is its realm.
  if (count -= round.passed_over(); count > 0)
    if (auto* const numbers = delivery.counted.numbers())
      numbers->events.fetch_add(count, std::memory_order_relaxed);
}

size_t Worker::deliver(EventRound& round, std::span<const Subscriber> subscribers, wamp::SessionId excluded) {
  size_t count = 0;
  for (const Subscriber& subscriber : subscribers) {
    if (subscriber.session == excluded) continue;
    Addressee* const receiver = find(subscriber.session, subscriber.slot);
    if (!receiver) {
      counters_.lost_event_no_session.add();
      continue;
    }
    if (transport::has_memory_for([&] { receiver->deliver(round, subscriber.policy); })) {
      ++count;
      continue;
    }
    if (round.lacks_memory()) throw std::bad_alloc();
    receiver->on_out_of_memory();
  }
  return count;
}

void Worker::look_at_waiting_later() {
  if (will_look_at_waiting_) return;
  loop_.after(waiting_interval, [this] {
    will_look_at_waiting_ = false;
    look_at_waiting();
  });
  will_look_at_waiting_ = true;
}

void Worker::look_at_waiting() {
  if (at_turn_end(TurnEnd::waiting).empty()) return;
  look_at_waiting_later();
  for (Resident* const waiting : std::vector(at_turn_end(TurnEnd::waiting)))
    at_the_cost_of(*waiting, [waiting] { waiting->on_turn_end(TurnEnd::waiting); });
}

void Worker::sweep_later() {
  loop_.after(sweep_interval, [this] {
    sweep_later();
    sweep(loop_.now());
  });
}

void Worker::sweep(SteadyTime now) {
  for (Resident* const resident : std::vector(open_.begin(), open_.end()))
    at_the_cost_of(*resident, [&] { resident->sweep(now); });
}

void Worker::begin_drain(const Drain& drain) {
  drain_ = drain;
  const auto window_ms = static_cast<uint64_t>(drain.window.count());
  transport::has_memory_for([&] {
    for (Resident* const resident : std::vector(open_.begin(), open_.end())) {
      const std::chrono::milliseconds after(ids_.next() % (window_ms + 1));
      at_the_cost_of(*resident, [&] { resident->begin_drain(after); });
    }
  });
  continue_drain();
}

void Worker::continue_drain() {
  if (open_.empty()) return;
  loop_.after(drain_interval, [this] { continue_drain(); });
  for (Resident* const resident : std::vector(open_.begin(), open_.end()))
    at_the_cost_of(*resident, [&] { resident->continue_drain(*drain_); });
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
