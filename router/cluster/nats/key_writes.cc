#include "router/cluster/nats/key_writes.h"

#include <charconv>
#include <chrono>
#include <optional>

#include "router/base/log.h"
#include "router/cluster/bytes/bytes.h"
#include "serializers/serializer.h"

namespace router::cluster {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_timeout = 1s;
// Measured: JetStream writes 5,000 in a second, so the last of these has waited for a tenth of one.
constexpr size_t max_names_sent = 512;

constexpr int64_t wrong_last_sequence = 10071;

// What the stream says of a write. None: it has neither written it nor found another revision, or nothing can
// be told.
struct Answer {
  Outcome outcome = Outcome::unknown;
  Revision revision = 0;
};

Answer read_answer(std::string_view text) {
  const auto value = serializers::decode_json(text);
  const wamp::Dict* const answer = value ? value->get<wamp::Dict>() : nullptr;
  if (!answer) return {};
  if (const wamp::Value* const found = answer->find("error")) {
    const wamp::Dict* const error = found->get<wamp::Dict>();
    const wamp::Value* const code = error ? error->find("err_code") : nullptr;
    const bool is_refused = code && code->get<int64_t>() && *code->get<int64_t>() == wrong_last_sequence;
    return {is_refused ? Outcome::refused : Outcome::unknown, 0};
  }
  const wamp::Value* const sequence = answer->find("seq");
  if (!sequence || !sequence->get<int64_t>() || *sequence->get<int64_t>() <= 0) return {};
  return {Outcome::accepted, static_cast<Revision>(*sequence->get<int64_t>())};
}

bool is_name(const Key& key) {
  return std::holds_alternative<Name>(key);
}

}  // namespace

KeyWrites::KeyWrites(const NatsSettings& settings, NatsConnection& connection, BackboneListener& listener)
    : settings_(settings), connection_(connection), listener_(listener) {}

void KeyWrites::write(const Key& key, const Value& value, Revision expected, Ticket ticket, Time now) {
  Write write{.key = key,
              .text = key_text(key),
              .bytes = encode_value(key, value),
              .is_withdrawal = std::holds_alternative<std::monostate>(value),
              .expected = expected,
              .ticket = ticket};
  if (!is_name(key) || (waiting_.empty() && names_sent_ < max_names_sent)) return send(std::move(write), now);
  if (known_waiting_.emplace(write.text, ticket).second) waiting_.push_back(std::move(write));
}

void KeyWrites::send(Write write, Time now) {
  const uint64_t number = ++last_number_;
  const std::string subject = settings_.key_subjects() + write.text;
  const std::string reply = connection_.inbox() + ".r.w" + std::to_string(number);
  NatsHeader expected{"Nats-Expected-Last-Subject-Sequence", std::to_string(write.expected)};
  // If it is not sent its time runs out all the same.
  if (write.is_withdrawal) {
    connection_.publish(subject, write.bytes, reply, {expected, {"KV-Operation", "DEL"}});
  } else {
    connection_.publish(subject, write.bytes, reply, {expected});
  }
  write.bytes.clear();
  write.sent = now;
  if (is_name(write.key)) ++names_sent_;
  sent_.emplace(number, std::move(write));
}

void KeyWrites::send_waiting(Time now) {
  while (!waiting_.empty() && (names_sent_ < max_names_sent || !connection_.is_connected())) {
    known_waiting_.erase({waiting_.front().text, waiting_.front().ticket});
    Write next = std::move(waiting_.front());
    waiting_.pop_front();
    send(std::move(next), now);
  }
}

void KeyWrites::on_answer(std::string_view text, const NatsMessage& message, Time now) {
  uint64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return;
  const auto found = sent_.find(number);
  if (found == sent_.end()) return;  // too late
  const Answer answer = read_answer(message.data());
  if (answer.outcome == Outcome::unknown) {
    // Its time runs out, so nobody tries again at once.
    log::warning(log::Kind::refusal, "JetStream has not written a key: " + std::string(message.data()));
    return;
  }
  const Write write = std::move(found->second);
  sent_.erase(found);
  if (is_name(write.key)) --names_sent_;
  send_waiting(now);
  listener_.on_outcome(write.key, write.ticket, answer.outcome, answer.revision, now);
}

void KeyWrites::tick(Time now) {
  while (!sent_.empty() && now - sent_.begin()->second.sent >= answer_timeout) {
    const Write write = std::move(sent_.begin()->second);
    sent_.erase(sent_.begin());
    if (is_name(write.key)) --names_sent_;
    listener_.on_outcome(write.key, write.ticket, Outcome::unknown, 0, now);
  }
  send_waiting(now);
}

}  // namespace router::cluster
