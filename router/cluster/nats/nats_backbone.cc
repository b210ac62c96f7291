#include "router/cluster/nats/nats_backbone.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "router/base/clock.h"
#include "router/base/id_source.h"
#include "router/base/log.h"
#include "router/cluster/bytes/bytes.h"
#include "transport/memory/has_memory_for.h"

namespace router::cluster {

namespace {

constexpr size_t megabyte = 1024 * 1024;
// Of letters that wait to be written: mail on top of the first is lost, and other letters on top of the
// second, as a snapshot has all its parts at once. A letter that is longer is sent if it is the only one.
constexpr size_t max_waiting_mail = 32 * megabyte;
constexpr size_t max_waiting_letters = 256 * megabyte;
// Of all that a connection has not written: more than the letters, and than what is said between ticks.
constexpr size_t max_buffered_control = 64 * megabyte;
constexpr size_t max_buffered_letters = max_waiting_letters + 64 * megabyte;
constexpr size_t max_partial_letters = 256 * megabyte;
constexpr size_t max_partial_announcements = 64 * megabyte;
// A message with less room is no use.
constexpr size_t least_max_payload = 256;
constexpr std::chrono::milliseconds pause_without_memory{10};

// What a message for the connection's own inbox answers. None: it is for something else.
std::optional<std::string_view> answered(const NatsConnection& connection, std::string_view subject) {
  if (!subject.starts_with(connection.inbox())) return std::nullopt;
  subject.remove_prefix(connection.inbox().size());
  constexpr std::string_view answers = ".r.";
  if (!subject.starts_with(answers) || subject.size() == answers.size()) return std::nullopt;
  return subject.substr(answers.size());
}

std::vector<std::string> take(ParcelWriter& writer, const NatsConnection& connection) {
  return writer.take(std::max(least_max_payload, connection.max_payload()));
}

}  // namespace

// ---- heartbeats, facts, keys

NatsBackbone::Control::Control(NatsBackbone& backbone, BackboneListener& listener)
    : backbone_(backbone),
      listener_(listener),
      connection_(backbone.loop_, backbone.settings_, "control", max_buffered_control, *this),
      writes_(backbone.settings_, connection_, listener),
      watch_(backbone.settings_, connection_, listener),
      announced_(backbone.sender_),
      reader_(max_partial_announcements) {}

void NatsBackbone::Control::announce(std::string subject, std::string_view bytes) {
  if (!connection_.is_connected()) return;
  if (subject != announced_subject_) publish_announced();
  announced_subject_ = std::move(subject);
  announced_.add(bytes);
  connection_.request_write();
}

void NatsBackbone::Control::publish_announced() {
  for (const std::string& message : take(announced_, connection_))
    connection_.publish(announced_subject_, message);
}

void NatsBackbone::Control::tick(Time now) {
  pulse_.on_tick(connection_);
  watch_.tick();
  writes_.tick(now);
}

void NatsBackbone::Control::on_connected() {
  pulse_.on_connected();
  connection_.subscribe(connection_.inbox() + ".r.*");
  // Heartbeats and facts by one subscription, so that they stay in order; letters have one part more.
  connection_.subscribe(backbone_.subject("*"));
  watch_.on_connected();
}

void NatsBackbone::Control::on_disconnected() {
  announced_.drop();
}

void NatsBackbone::Control::on_message(const NatsMessage& message) {
  pulse_.on_message();
  const Time now = SystemClock().boot_time();
  if (watch_.on_message(message)) return;
  if (const auto to = answered(connection_, message.subject())) {
    if (to->front() == 'w') return writes_.on_answer(to->substr(1), message, now);
    if (to->front() == 'c') return watch_.on_answer(to->substr(1), message);
    return;
  }
  on_announcements(message, now);
}

void NatsBackbone::Control::on_announcements(const NatsMessage& message, Time now) {
  if (ParcelReader::sender(message.data()) == backbone_.sender_) return;
  bool is_understood = reader_.read(message.data(), texts_);
  for (const std::string_view text : texts_) {
    if (const auto said = decode_announcement(text)) {
      listener_.on_announcement(*said, now);
    } else {
      is_understood = false;
    }
  }
  if (!is_understood) log::warning(log::Kind::refusal, "An announcement in the cluster is not understood");
}

void NatsBackbone::Control::on_messages_end() {
  watch_.tell(SystemClock().boot_time());
}

// ---- letters

NatsBackbone::Letters::Letters(NatsBackbone& backbone, BackboneListener& listener)
    : backbone_(backbone),
      listener_(listener),
      connection_(backbone.loop_, backbone.settings_, "mail", max_buffered_letters, *this),
      reader_(max_partial_letters) {}

bool NatsBackbone::Letters::add(const NodeName& to, std::string_view letter, bool is_mail) {
  if (!connection_.is_connected() || !is_node_name(to)) return true;
  const size_t waiting = waiting_ + connection_.buffered();
  if (waiting > 0 && waiting + letter.size() > (is_mail ? max_waiting_mail : max_waiting_letters))
    return false;
  to_.try_emplace(to, backbone_.sender_).first->second.add(letter);
  waiting_ += letter.size();
  connection_.request_write();
  return true;
}

void NatsBackbone::Letters::on_turn_end() {
  for (auto& [to, writer] : to_) {
    if (writer.empty()) continue;
    const std::string subject = backbone_.subject("to." + to);
    for (const std::string& message : take(writer, connection_)) connection_.publish(subject, message);
  }
  waiting_ = 0;
}

void NatsBackbone::Letters::on_connected() {
  pulse_.on_connected();
  connection_.subscribe(connection_.inbox() + ".r.*");
  connection_.subscribe(backbone_.subject("to." + backbone_.settings_.node));
}

void NatsBackbone::Letters::on_disconnected() {
  // They stay, as their numbers go on.
  for (auto& [to, writer] : to_) writer.drop();
  waiting_ = 0;
}

void NatsBackbone::Letters::on_message(const NatsMessage& message) {
  pulse_.on_message();
  if (answered(connection_, message.subject())) return;
  const Time now = SystemClock().boot_time();
  bool is_understood = reader_.read(message.data(), texts_);
  for (const std::string_view text : texts_) {
    if (const auto letter = decode_letter(text)) {
      listener_.on_letter(*letter, now);
    } else {
      is_understood = false;
    }
  }
  if (!is_understood) log::warning(log::Kind::refusal, "A letter in the cluster is not understood");
}

// ---- both

NatsBackbone::NatsBackbone(transport::Loop& loop, NatsSettings settings)
    : loop_(loop),
      settings_(std::move(settings)),
      sender_(random_seed()),
      ticker_(loop, [this] { tick(); }) {}

NatsBackbone::~NatsBackbone() {
  if (!control_) return;
  control_->stop();
  letters_->stop();
}

void NatsBackbone::start(BackboneListener& listener) {
  control_.emplace(*this, listener);
  letters_.emplace(*this, listener);
  ticker_.ring_by(transport::Loop::Clock::now() + tick_interval);
}

void NatsBackbone::tick() {
  // Without a tick there is never another one.
  while (
      !transport::has_memory_for([this] { ticker_.ring_by(transport::Loop::Clock::now() + tick_interval); }))
    std::this_thread::sleep_for(pause_without_memory);
  control_->tick(SystemClock().boot_time());
  letters_->tick();
}

bool NatsBackbone::is_connected() const {
  return control_ && control_->is_connected() && letters_->is_connected();
}

std::string NatsBackbone::subject(std::string_view last) const {
  return "wampd." + settings_.cluster + "." + std::string(last);
}

void NatsBackbone::announce(const Announcement& said) {
  control_->announce(subject(std::holds_alternative<Heartbeat>(said) ? "hb" : "facts"), encode(said));
}

void NatsBackbone::claim(const Key& key, const Value& value, Revision expected, Ticket ticket) {
  control_->writes().write(key, value, expected, ticket, SystemClock().boot_time());
}

void NatsBackbone::withdraw(const Key& key, Revision expected, Ticket ticket) {
  control_->writes().write(key, std::monostate(), expected, ticket, SystemClock().boot_time());
}

void NatsBackbone::send(const NodeName& to, const Letter& letter) {
  if (!letters_->add(to, encode(letter), std::holds_alternative<Mail>(letter.content))) ++dropped_;
}

}  // namespace router::cluster
