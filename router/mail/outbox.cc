#include "router/mail/outbox.h"

#include <algorithm>

#include "transport/memory/has_memory_for.h"

namespace router {

Mailbox::~Mailbox() {
  if (overfilled_ == this) overfilled_ = nullptr;
  if (of_this_thread_ == this) of_this_thread_ = nullptr;
  if (of_this_thread_) of_this_thread_->forget(*this);
}

// Of a thread that is many owners, as in tests.
void Mailbox::forget(const Mailbox& other) {
  const auto batch = std::find_if(batches_.begin(), batches_.end(),
                                  [&](const auto& one) { return &one->to == &other; });
  if (batch == batches_.end()) return;
  unsent_ -= !(*batch)->mail.empty();
  sleepers_ -= (*batch)->wakes;
  if (last_batch_ == batch->get()) last_batch_ = nullptr;
  batches_.erase(batch);
}

Mailbox::Batch& Mailbox::find_batch(Mailbox& to) {
  const auto found =
      std::find_if(batches_.begin(), batches_.end(), [&](const auto& batch) { return &batch->to == &to; });
  return *(last_batch_ = found != batches_.end() ? found->get()
                                                 : batches_.emplace_back(std::make_unique<Batch>(to)).get());
}

void Mailbox::send(Batch& batch) noexcept {
  Mailbox& to = batch.to;
  bool first = false;
  {
    const Lock lock(to.mutex_);
    first = to.from_others_.empty();
    to.from_others_.append(batch.mail, 1);
    to.on_sent();
  }
  --unsent_;
  if (first && !std::exchange(batch.wakes, true)) ++sleepers_;
}

void Mailbox::send_all() noexcept {
  for (const auto& batch : batches_)
    if (!batch->mail.empty()) send(*batch);
}

void Mailbox::on_sent() {
  if (from_others_.size() > max_mail || from_others_.bytes() > max_payload_bytes) {
    full_.store(true, std::memory_order_relaxed);
    overfilled_ = this;
  }
  from_others_waiting_.store(true, std::memory_order_release);
}

bool Mailbox::wake_from_outside() const {
  return transport::has_memory_for(wake_);
}

void Mailbox::wake_others() {
  send_out();
  if (!of_this_thread_ || of_this_thread_->sleepers_ == 0) return;
  for (const auto& batch : of_this_thread_->batches_) {
    if (!batch->wakes || !batch->to.wake_from_outside()) continue;
    batch->wakes = false;
    --of_this_thread_->sleepers_;
  }
}

void Mailbox::move_from_others() noexcept {
  const Lock lock(mutex_);
  own_.append(from_others_);
  full_.store(false, std::memory_order_relaxed);
  from_others_waiting_.store(false, std::memory_order_relaxed);
}

size_t Mailbox::unsent_count() const {
  size_t count = 0;
  for (const auto& batch : batches_) count += batch->mail.size();
  return count;
}

size_t Mailbox::waiting_count() const {
  const Lock lock(mutex_);
  return from_others_.size();
}

size_t Mailbox::waiting_bytes() const {
  const Lock lock(mutex_);
  return from_others_.bytes();
}

void Mailbox::drain(MailList& entries) {
  send_out();
  take_from_others();
  entries.clear();
  entries.swap(own_);
}

void Outbox::fence(Fenced&& last_word) {
  const auto workers = static_cast<uint32_t>(mailboxes_.size());
  const auto state = std::make_shared<Fence::State>(workers, std::move(last_word));
  for (Mailbox* const mailbox : mailboxes_) mailbox->post<Fence>(Fence{state});
}

void Outbox::pass(Fence& fence) {
  Fence::State& state = *fence.state;
  Mailbox::send_out();  // what went by the older route
  if (state.left.fetch_sub(1) > 1) return;
  try {
    mailboxes_[state.last_word.to.worker]->post<Fenced>(Fenced(state.last_word));
  } catch (...) {
    state.left.fetch_add(1);
    throw;
  }
}

}  // namespace router
