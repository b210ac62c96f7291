#include "bench/nats/requester.h"

#include <charconv>

#include "bench/load/clock.h"

namespace bench::nats {

Requester::Requester(const std::string& url, Writing writing, size_t index, size_t depth,
                     const std::string& payload, const std::atomic<Phase>& phase)
    : subject_("bench.procedure." + std::to_string(index)),
      inbox_("_INBOX.bench" + std::to_string(index) + "."),
      payload_(payload),
      phase_(phase),
      sent_ns_(depth),
      peer_(url, writing) {
  for (size_t slot = 0; slot < depth; ++slot) reply_subjects_.push_back(inbox_ + std::to_string(slot));
  peer_.subscribe(inbox_ + "*", [this](const Incoming& answer) { on_answer(answer); });
  peer_.flush();
}

void Requester::begin() {
  under_way_ = sent_ns_.size();
  for (size_t slot = 0; slot < sent_ns_.size(); ++slot) request(slot);
}

void Requester::request(size_t slot) {
  sent_ns_[slot] = load::now_ns();
  peer_.request(subject_.c_str(), reply_subjects_[slot].c_str(), payload_);
}

void Requester::on_answer(const Incoming& answer) {
  const std::string_view subject(answer.subject);
  size_t slot = sent_ns_.size();
  std::from_chars(subject.data() + inbox_.size(), subject.data() + subject.size(), slot);
  if (slot >= sent_ns_.size() || sent_ns_[slot] == 0 || answer.data != payload_) {
    ++wrong_;
    return;
  }
  const Phase phase = phase_.load(std::memory_order_relaxed);
  if (phase == Phase::measuring) {
    latency_.add(load::now_ns() - sent_ns_[slot]);
    answered_.store(answered_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  sent_ns_[slot] = 0;
  if (phase == Phase::stopped) {
    --under_way_;
  } else {
    request(slot);
  }
}

}  // namespace bench::nats
