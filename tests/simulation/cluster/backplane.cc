#include "tests/simulation/cluster/backplane.h"

#include <algorithm>
#include <utility>

namespace cluster_simulation {
namespace {

constexpr milliseconds answer_timeout{2'000};

}  // namespace

std::string as_text(const NodeId& id) {
  return id.name + "/" + std::to_string(id.incarnation);
}

std::string as_text(const Key& key) {
  if (const auto* const node = std::get_if<NodeName>(&key)) return *node;
  return std::get<Name>(key).uri;
}

std::string as_text(const Value& value) {
  if (const auto* const node = std::get_if<NodeEntry>(&value))
    return "incarnation " + std::to_string(node->incarnation) + " write " + std::to_string(node->write) +
           " slot " + std::to_string(node->slot);
  const auto* const name = std::get_if<NameEntry>(&value);
  if (!name) return "nothing";
  std::string text = "policy " + std::to_string(static_cast<int>(name->policy));
  for (const NodeId& holder : name->holders) text += " " + as_text(holder);
  return text;
}

class Backplane::Door final : public Backbone {
 public:
  Door(Backplane& backplane, size_t node) : backplane_(backplane), node_(node) {}

  void announce(const Announcement& said) override {
    for (size_t to = 0; to < backplane_.nodes(); ++to)
      if (to != node_) backplane_.say(node_, to, false, said);
  }
  void claim(const Key& key, const Value& value, Revision expected, Ticket ticket) override {
    backplane_.request(node_, key, value, expected, ticket);
  }
  void withdraw(const Key& key, Revision expected, Ticket ticket) override {
    backplane_.request(node_, key, std::monostate(), expected, ticket);
  }
  void send(const NodeName& to, const Letter& letter) override {
    const auto found = std::ranges::find(backplane_.names_, to);
    backplane_.say(node_, static_cast<size_t>(found - backplane_.names_.begin()), true, letter);
  }

 private:
  Backplane& backplane_;
  const size_t node_;
};

Backplane::Backplane(Chance& chance, Journal& journal, std::vector<NodeName> names)
    : chance_(chance), journal_(journal), names_(std::move(names)), ports_(names_.size()) {
  for (size_t node = 0; node < nodes(); ++node) doors_.push_back(std::make_unique<Door>(*this, node));
  cuts_.assign(nodes(), std::vector<Cut>(nodes(), Cut::none));
}

Backplane::~Backplane() = default;

Backbone& Backplane::attach(size_t node, Process& process) {
  Port& port = ports_[node];
  const Cut cut = port.cut;
  port = {};
  port.process = &process;
  port.life = ++last_life_;
  port.cut = cut;
  return *doors_[node];
}

// What it has asked for may still be carried out; what it had to say when it was cut is gone.
void Backplane::detach(size_t node) {
  for (size_t to = 0; to < nodes(); ++to)
    if (cuts_[node][to] == Cut::holds)
      for (const bool is_letter : {false, true}) ports_[to].ways.erase(way(node, is_letter));
  ports_[node].process = nullptr;
  ports_[node].ways.clear();
  ports_[node].waiting.clear();
}

// ---- ways

milliseconds Backplane::some_delay() {
  if (chance_.one_in(40)) return milliseconds(chance_.below(400));
  return milliseconds(1 + chance_.below(5));
}

void Backplane::put(size_t to, size_t way, Content content, milliseconds delay) {
  std::deque<Parcel>& parcels = ports_[to].ways[way];
  Time due = now_ + delay;
  if (!parcels.empty()) due = std::max(due, parcels.back().due);
  parcels.push_back({due, std::move(content)});
}

void Backplane::say(size_t from, size_t to, bool is_letter, Content content) {
  if (!ports_[to].process || cuts_[from][to] == Cut::loses) return;
  if (lost_one_in_ > 0 && chance_.one_in(lost_one_in_)) return;
  const bool is_doubled = doubled_one_in_ > 0 && chance_.one_in(doubled_one_in_);
  put(to, way(from, is_letter), content, some_delay());
  if (is_doubled) put(to, way(from, is_letter), std::move(content), some_delay());
}

void Backplane::pass_ways(Port& port, size_t node) {
  for (auto& [way, parcels] : port.ways) {
    const bool is_held =
        way == way_of_answers() ? port.cut == Cut::holds : cuts_[way / 2][node] == Cut::holds;
    while (!is_held && !parcels.empty() && parcels.front().due <= now_) {
      const Parcel parcel = std::move(parcels.front());
      parcels.pop_front();
      hand_over(port, parcel.content);
    }
  }
}

void Backplane::hand_over(Port& port, Content content) {
  const Time local = port.process->local_time();
  if (const auto* const said = std::get_if<Announcement>(&content))
    return port.process->on_announcement(*said, local);
  if (const auto* const letter = std::get_if<Letter>(&content))
    return port.process->on_letter(*letter, local);
  const auto& answer = std::get<Answer>(content);
  port.waiting.erase(answer.request);
  port.process->on_outcome(answer.key, answer.ticket, answer.outcome, answer.revision, local);
}

// ---- the register of keys

void Backplane::request(size_t from, const Key& key, const Value& value, Revision expected, Ticket ticket) {
  Port& port = ports_[from];
  port.waiting[++last_request_] = {port.process->local_time() + answer_timeout, key, ticket};
  if (port.cut == Cut::loses || (lost_one_in_ > 0 && chance_.one_in(lost_one_in_))) return;
  milliseconds delay = some_delay();
  if (slowness_.count() > 0) delay += milliseconds(chance_.below(static_cast<size_t>(slowness_.count())));
  requests_.push_back({last_request_, from, port.life, now_ + delay, key, value, expected, ticket});
}

void Backplane::carry_out_due() {
  if (now_ < leader_at_) return;
  std::deque<Request> later;
  while (!requests_.empty()) {
    const Request request = std::move(requests_.front());
    requests_.pop_front();
    if (request.due > now_ || ports_[request.node].cut == Cut::holds)
      later.push_back(request);
    else
      carry_out(request);
  }
  requests_ = std::move(later);
}

void Backplane::carry_out(const Request& request) {
  Revision& last = last_[request.key];
  const bool is_accepted = last == request.expected;
  if (is_accepted) {
    last = log_.size() + 1;
    log_.push_back({{request.key, last, request.value}, now_});
    journal_.note("key " + as_text(request.key) + " at " + std::to_string(last) + ": " +
                  as_text(request.value) + " by " + names_[request.node]);
  }
  Port& port = ports_[request.node];
  if (!port.process || port.life != request.life || port.cut == Cut::loses) return;
  if (lost_one_in_ > 0 && chance_.one_in(lost_one_in_)) return;
  milliseconds delay = some_delay();
  if (slowness_.count() > 0) delay += milliseconds(chance_.below(static_cast<size_t>(slowness_.count())));
  put(request.node, way_of_answers(),
      Answer{request.key, request.ticket, is_accepted ? Outcome::accepted : Outcome::refused,
             is_accepted ? last : Revision{0}, request.number},
      delay);
}

void Backplane::pass_timeouts(Port& port) {
  std::vector<Waiting> over;
  std::erase_if(port.waiting, [&](const auto& one) {
    const bool is_over = port.process->local_time() >= one.second.until;
    if (is_over) over.push_back(one.second);
    return is_over;
  });
  for (const Waiting& one : over)
    port.process->on_outcome(one.key, one.ticket, Outcome::unknown, 0, port.process->local_time());
}

void Backplane::pass_changes(Port& port) {
  if (port.cut != Cut::none) {
    port.leaves_out = true;
    return;
  }
  std::vector<Entry> batch;
  size_t room = port.leaves_out ? 1 + chance_.below(4) : SIZE_MAX;
  for (; port.seen < log_.size() && room > 0; ++port.seen) {
    const Written& next = log_[port.seen];
    if (!port.leaves_out && next.at + port.watch_delay + milliseconds(2) > now_) break;
    if (port.leaves_out && last_[next.entry.key] != next.entry.revision) continue;
    batch.push_back(next.entry);
    --room;
  }
  if (port.seen == log_.size()) port.leaves_out = false;
  const bool is_first = !port.is_told_any && !port.leaves_out;
  if (batch.empty() && !is_first) return;
  port.is_told_any = true;
  port.process->on_entries(batch, !port.leaves_out, port.process->local_time());
}

// ---- time and chance

void Backplane::pass() {
  carry_out_due();
  const size_t first = chance_.below(nodes());
  for (size_t i = 0; i < nodes(); ++i) {
    const size_t node = (first + i) % nodes();
    Port& port = ports_[node];
    if (!port.process || !port.process->is_awake()) continue;
    const bool is_watch_first = chance_.one_in(2);
    if (is_watch_first) pass_changes(port);
    pass_ways(port, node);
    if (!is_watch_first) pass_changes(port);
    pass_timeouts(port);
  }
}

void Backplane::cut(size_t from, size_t to, Cut cut) {
  cuts_[from][to] = cut;
  // Else a process that has ended would be heard of for as long as the cut lasts.
  if (cut == Cut::holds && !ports_[from].process)
    for (const bool is_letter : {false, true}) ports_[to].ways.erase(way(from, is_letter));
  if (cut != Cut::loses) return;
  for (const bool is_letter : {false, true}) {
    auto& parcels = ports_[to].ways[way(from, is_letter)];
    parcels.resize(chance_.below(parcels.size() + 1));
  }
}

void Backplane::cut_off(size_t node, Cut cut) {
  Port& port = ports_[node];
  port.cut = cut;
  if (cut != Cut::loses) return;
  port.ways.erase(way_of_answers());
  std::erase_if(requests_, [&](const Request& one) { return one.node == node && chance_.one_in(2); });
}

void Backplane::heal() {
  for (auto& row : cuts_) std::fill(row.begin(), row.end(), Cut::none);
  for (Port& port : ports_) {
    port.cut = Cut::none;
    port.watch_delay = {};
  }
  leader_at_ = {};
  slowness_ = {};
  lost_one_in_ = doubled_one_in_ = 0;
}

const Entry* Backplane::entry(const Key& key) const {
  const auto found = last_.find(key);
  return found == last_.end() || found->second == 0 ? nullptr : &log_[found->second - 1].entry;
}

bool Backplane::is_current(const NodeId& id) const {
  const Entry* const found = entry(id.name);
  const auto* const node = found ? std::get_if<NodeEntry>(&found->value) : nullptr;
  return node && node->incarnation == id.incarnation;
}

}  // namespace cluster_simulation
