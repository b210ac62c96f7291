#include "router/mail/outbox.h"

namespace router {

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
