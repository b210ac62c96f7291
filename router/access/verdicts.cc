#include "router/access/verdicts.h"

#include <iterator>
#include <thread>
#include <utility>

namespace router {
namespace {

constexpr size_t bytes_beside_text = 256;  // of one answer with its places in the tables, about
constexpr size_t text_prefix = 2;          // action and match policy
constexpr size_t some = 256;               // answers that are looked at under the lock at a time

}  // namespace

std::string_view Verdicts::Answer::uri() const {
  return std::string_view(text).substr(text_prefix);
}

std::string Verdicts::text_of(const Key& key) {
  std::string text;
  text.reserve(text_prefix + key.uri.size());
  text += static_cast<char>('0' + static_cast<int>(key.action));
  text += static_cast<char>('0' + static_cast<int>(key.match));
  return text += key.uri;
}

size_t Verdicts::bytes_of(const Answer& answer) {
  return bytes_beside_text + answer.text.size();
}

std::optional<Grant> Verdicts::find(const Key& key, SteadyTime now) const {
  const std::string text = text_of(key);
  const Lock lock(mutex_);
  return find(key.session.value, text, now);
}

std::optional<Grant> Verdicts::find(uint64_t session, const std::string& text, SteadyTime now) const {
  const auto of_session = by_session_.find(session);
  if (of_session == by_session_.end()) return std::nullopt;
  const auto found = of_session->second.find(text);
  if (found == of_session->second.end() || found->second->second.until <= now) return std::nullopt;
  return found->second->second.grant;
}

Verdicts::Opened Verdicts::open(const Key& key, const SessionRef& session, SteadyTime now) {
  const std::string text = text_of(key);
  const Lock lock(mutex_);
  // What is said of one session is asked by that session alone.
  if (key.session) return {Asker::alone, version_};
  if (const auto answer = find(0, text, now)) return {Asker::alone, version_, answer};
  Opened opened{Asker::for_all, version_, {}, text};
  const auto [found, is_new] = questions_.try_emplace(text, Question{last_question_ + 1, session, {}});
  if (is_new) ++last_question_;
  opened.question = found->second.number;
  if (is_new) return opened;
  if (found->second.asker == session) return {Asker::alone, version_};
  found->second.waiters.push_back(session);
  opened.asker = Asker::another;
  return opened;
}

// Not by the session: all that wait look each second.
bool Verdicts::waits(const Opened& opened) const {
  if (opened.asker != Asker::another) return false;
  const Lock lock(mutex_);
  const auto found = questions_.find(opened.name);
  return found != questions_.end() && found->second.number == opened.question;
}

void Verdicts::add(const Key& key, const Grant& grant, uint64_t version, SteadyTime now) {
  Answer answer{key.session.value, text_of(key), grant,
                now + std::chrono::milliseconds(authorizer_.cache_ttl_ms)};
  const Lock lock(mutex_);
  if (version != version_) return;
  if (const auto of_session = by_session_.find(answer.session); of_session != by_session_.end())
    if (const auto old = of_session->second.find(answer.text); old != of_session->second.end())
      erase(old->second);
  // What may lack memory comes before what changes anything.
  Answers one;
  const auto added = one.emplace(++last_answer_, std::move(answer)).first;
  Index its_text{{added->second.text, added}};
  Index& of_session = by_session_[added->second.session];
  bytes_ += bytes_of(added->second);
  answers_.merge(one);
  of_session.merge(its_text);
  make_room(now);
}

// Those that expire together go with the next ones that come.
void Verdicts::make_room(SteadyTime now) {
  for (size_t removed = 0; removed < some && !answers_.empty() && answers_.begin()->second.until <= now;
       ++removed)
    erase(answers_.begin());
  while (bytes_ > authorizer_.max_cached_bytes) erase(answers_.begin());
}

Verdicts::Answers::iterator Verdicts::erase(Answers::iterator answer) {
  const auto of_session = by_session_.find(answer->second.session);
  of_session->second.erase(answer->second.text);
  if (of_session->second.empty()) by_session_.erase(of_session);
  bytes_ -= bytes_of(answer->second);
  return answers_.erase(answer);
}

std::vector<SessionRef> Verdicts::leave(const std::string& name, const SessionRef& session) noexcept {
  const Lock lock(mutex_);
  const auto found = questions_.find(name);
  if (found == questions_.end()) return {};
  if (found->second.asker != session) {
    std::erase(found->second.waiters, session);
    return {};
  }
  std::vector<SessionRef> waiters = std::move(found->second.waiters);
  questions_.erase(found);
  return waiters;
}

void Verdicts::forget(wamp::SessionId session) noexcept {
  while (forget_some(session)) std::this_thread::yield();
}

bool Verdicts::forget_some(wamp::SessionId session) {
  const Lock lock(mutex_);
  for (size_t forgotten = 0; forgotten < some; ++forgotten) {
    const auto of_session = by_session_.find(session.value);
    if (of_session == by_session_.end()) return false;
    erase(of_session->second.begin()->second);
  }
  return true;
}

size_t Verdicts::purge(const Selection& selection) {
  uint64_t last = 0;
  {
    const Lock lock(mutex_);
    ++version_;
    last = last_answer_;
  }
  size_t purged = 0;
  for (uint64_t from = 0; purge_some(selection, from, last, purged);) std::this_thread::yield();
  return purged;
}

bool Verdicts::purge_some(const Selection& selection, uint64_t& from, uint64_t last, size_t& purged) {
  const Lock lock(mutex_);
  auto at = answers_.lower_bound(from);
  for (size_t seen = 0; seen < some && at != answers_.end() && at->first <= last; ++seen) {
    const Answer& answer = at->second;
    const bool chosen = (!selection.session || selection.session->value == answer.session) &&
                        (!selection.uri || *selection.uri == answer.uri());
    purged += chosen;
    at = chosen ? erase(at) : std::next(at);
  }
  if (at == answers_.end() || at->first > last) return false;
  from = at->first;
  return true;
}

Verdicts::Counts Verdicts::counts() const {
  const Lock lock(mutex_);
  return {answers_.size(), bytes_, by_session_.size(), questions_.size()};
}

}  // namespace router
