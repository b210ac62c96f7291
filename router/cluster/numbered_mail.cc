#include "router/cluster/numbered_mail.h"

#include <utility>

namespace router::cluster {

uint64_t NumberedMail::send_content(const NodeId& to, decltype(Mail::content) content) {
  const uint64_t number = ++sent_[to];
  post_(to, Mail{number, std::move(content)});
  return number;
}

void NumberedMail::send_call(CallNumber call, const NodeId& to, std::string bytes) {
  calls_.add(call, to, send_content(to, std::move(bytes)));
}

void NumberedMail::on_mail(const NodeId& from, const Mail& mail) {
  const MailNumbers::Verdict verdict = received_[from].on_mail(mail.number);
  on_gap(from, verdict.gap);
  if (!verdict.is_taken) return;
  if (const auto* const missed = std::get_if<Missed>(&mail.content))
    fail(calls_.end_some(from, missed->first, missed->last), from);
  else
    user_.on_mail(from, std::get<std::string>(mail.content));
}

void NumberedMail::on_heartbeat(const NodeId& from, uint64_t sent) {
  on_gap(from, received_[from].on_heartbeat(sent));
}

// What did not come may have been the answers of calls, so all that are there end. It may have been calls,
// too: the sender is told, by mail, so that it cannot fail to hear of it either.
void NumberedMail::on_gap(const NodeId& from, const std::optional<Missed>& gap) {
  if (!gap) return;
  send_content(from, *gap);
  user_.on_gap(from, *gap);
  fail_calls(from);
}

uint64_t NumberedMail::sent(const NodeId& to) const {
  const auto found = sent_.find(to);
  return found == sent_.end() ? 0 : found->second;
}

void NumberedMail::fail(const std::vector<CallNumber>& calls, const NodeId& at) {
  for (const CallNumber call : calls) user_.on_call_failed(call, at);
}

void NumberedMail::on_gone(const NodeId& peer) {
  sent_.erase(peer);
  received_.erase(peer);
  fail_calls(peer);
}

void NumberedMail::on_self() {
  received_.clear();
  for (const auto& [to, number] : std::exchange(sent_, {})) fail_calls(to);
}

}  // namespace router::cluster
