#include "router/mail/mailbox.h"

#include "transport/memory/has_memory_for.h"

namespace router {
namespace {

thread_local const Mailbox* mailbox_of_this_thread = nullptr;
// Those that this thread, an owner, has posted to and that may sleep.
thread_local std::vector<const Mailbox*> sleepers;

size_t payload_bytes(const Mail& mail) {
  if (const auto* delivery = std::get_if<Delivery>(&mail)) return delivery->payload.bytes().size();
  if (const auto* event = std::get_if<EventDelivery>(&mail)) return event->payload.bytes().size();
  if (const auto* invoke = std::get_if<Invoke>(&mail)) return invoke->payload.bytes().size();
  if (const auto* answer = std::get_if<Answer>(&mail)) return answer->payload.bytes().size();
  if (const auto* refused = std::get_if<Refused>(&mail)) return refused->why.text.size();
  return 0;
}

}  // namespace

Mailbox::~Mailbox() {
  std::erase(sleepers, this);
  if (overfilled_ == this) overfilled_ = nullptr;
  if (mailbox_of_this_thread == this) mailbox_of_this_thread = nullptr;
}

void Mailbox::bind_to_this_thread() {
  mailbox_of_this_thread = this;
}

bool Mailbox::is_of_this_thread() const {
  return mailbox_of_this_thread == this;
}

void Mailbox::post_from_outside(Mail&& mail) {
  // Who finds that there is no memory posts again, so nothing may fail when it is there.
  if (sleepers.size() == sleepers.capacity()) sleepers.reserve(2 * sleepers.size() + 8);
  bool first = false;
  {
    const Lock lock(mutex_);
    first = from_others_.empty();
    const size_t bytes = payload_bytes(mail);
    from_others_.push_back(std::move(mail));
    payload_bytes_ += bytes;
    if (from_others_.size() > max_mail || payload_bytes_ > max_payload_bytes) {
      full_.store(true, std::memory_order_relaxed);
      overfilled_ = this;
    }
    from_others_waiting_.store(true, std::memory_order_release);
  }
  if (!first) return;
  if (mailbox_of_this_thread)
    sleepers.push_back(this);
  else
    transport::has_memory_for(wake_);  // else the owner finds it at the end of its next turn
}

void Mailbox::wake_others() {
  for (const Mailbox* mailbox : sleepers) mailbox->wake_();
  sleepers.clear();
}

void Mailbox::move_from_others() {
  const Lock lock(mutex_);
  own_.append(from_others_);
  payload_bytes_ = 0;
  full_.store(false, std::memory_order_relaxed);
  from_others_waiting_.store(false, std::memory_order_relaxed);
}

size_t Mailbox::waiting_count() const {
  const Lock lock(mutex_);
  return from_others_.size();
}

size_t Mailbox::waiting_bytes() const {
  const Lock lock(mutex_);
  return payload_bytes_;
}

void Mailbox::drain(MailList& entries) {
  take_from_others();
  entries.clear();
  entries.swap(own_);
}

}  // namespace router
