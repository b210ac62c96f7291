#include "tests/simulation/client.h"

#include <algorithm>

#include "tests/support/json_wire.h"
#include "wamp/attributes.h"

// Its connection, what it hears, and when its sessions begin and end. What it says is in phrases.cc.
namespace simulation {
namespace {

using serializers::Format;

// With half of what the router takes for having caught up, a client counts as slow.
size_t much_for(const router::Entrance& entrance) {
  constexpr size_t most = 128 * 1024;
  return std::min<size_t>(most, entrance.transport.limits.max_queued_bytes / 8);
}

size_t longest_queue(const router::Entrance& entrance) {
  return entrance.transport.limits.max_queued_bytes + entrance.transport.limits.reply_reserve_bytes;
}

}  // namespace

Client::Client(Stage& stage, router::Worker& worker, size_t place)
    : QueuedConnection("client" + std::to_string(place), longest_queue(*stage.entrances.front())),
      stage_(stage),
      chance_(stage.chance),
      worker_(worker),
      place_(place),
      format_(stage.chance.of(serializers::all_formats)),
      is_quick_(stage.chance.one_in(2)),
      much_(much_for(*stage.entrances.front())) {}

Client::~Client() = default;

// ---- the connection

void Client::connect() {
  begin_anew();
  connected_ = stage_.ledger.next_connection();
  life_ = nullptr;
  owes_goodbye_ = is_frozen_ = false;
  is_reading_ = true;
  const auto& entrance = chance_.of(stage_.entrances);
  is_asked_ = entrance == stage_.entrances.back();
  session_ = std::make_unique<router::Session>(worker_, entrance, format_);
  session_->on_open(*this);
}

void Client::hang_up() {
  if (!session_) return;
  stage_.journal.note(name() + " hangs up");
  end();
  session_->on_closed({0, true, "the socket broke"});
  session_.reset();
}

void Client::end_life() {
  if (!life_ || life_->is_over) return;
  stage_.ledger.end_life(*life_);
  stage_.promises.on_over(*life_);
}

void Client::on_end() {
  end_life();
}

void Client::probe() {
  if (!is_frozen_ && !ended()) session_->on_alive();
}

void Client::drain(const router::Drain& drain) {
  if (!session_ || ended()) return;
  session_->begin_drain(std::chrono::milliseconds(0));
  if (session_ && !ended()) session_->continue_drain(drain);
}

void Client::read(size_t frames) {
  for (; frames > 0 && waiting() > 0; --frames) static_cast<void>(QueuedConnection::read());
}

// ---- what it hears

std::optional<Stamp> Client::stamp_of(const wamp::Message& message, Format format) const {
  const wamp::Payload* payload = std::visit(
      [](const auto& m) -> const wamp::Payload* {
        if constexpr (wamp::HasPayload<std::decay_t<decltype(m)>>) return &m.payload;
        return nullptr;
      },
      message);
  if (!payload || payload->count == 0) return std::nullopt;
  constexpr size_t numbers = 3;
  const auto arguments = serializers::decode_arguments(format, *payload).args;
  if (arguments.size() < numbers) return std::nullopt;
  const auto life = wamp::as_unsigned(arguments[0]), number = wamp::as_unsigned(arguments[1]),
             part = wamp::as_unsigned(arguments[2]);
  if (!life || !number || !part) return std::nullopt;
  return Stamp{*life, *number, *part};
}

void Client::on_sent(const transport::BufferRef& frame) {
  stage_.journal.note(name(), format_, frame);
  serializers::Scratch scratch;
  const auto message = serializers::decode(format_, frame->view(), scratch);
  if (!message) return stage_.journal.breach("Messages", name() + " cannot read what it hears");
  hear(*message);
  if (is_quick_) read(waiting());
  if (life_ && queued_bytes() > much_) life_->is_slow = true;
  stage_.meanwhile();
}

void Client::hear(const wamp::Message& message) {
  // Why the connection ends, if that is not in a session.
  if ((!life_ || life_->is_over) && std::holds_alternative<wamp::Abort>(message)) return;
  if (!life_) return stage_.journal.breach("LastWord", name() + " hears something before it says HELLO");
  const auto stamp = stamp_of(message, format_);
  stage_.promises.on_heard({*life_, message, stamp});
  stage_.ledger.on_heard(*life_, message, stamp);
  const bool is_goodbye = std::holds_alternative<wamp::Goodbye>(message);
  // A GOODBYE of the router's own is answered.
  if (is_goodbye) owes_goodbye_ = !life_->is_leaving;
  if (is_goodbye || std::holds_alternative<wamp::Abort>(message)) end_life();
}

// ---- what it does

bool Client::happens_to_connection() {
  constexpr size_t often = 300;
  constexpr auto long_time = std::chrono::minutes(1);
  if (chance_.one_in(40)) is_reading_ = is_quick_ || !is_reading_;
  switch (chance_.below(often)) {
    case 0:
      return hang_up(), true;
    case 1:
      stage_.journal.note(name() + " is swept");
      return session_->sweep(worker_.loop().now()), true;
    case 2:
      if (!chance_.one_in(5)) return false;
      stage_.journal.note(name() + " is swept after a long time");
      return session_->sweep(worker_.loop().now() + long_time), true;
    case 3:
      return session_->on_silent(), true;
    case 4:
      return session_->on_alive(), true;
    case 5:
      if (!chance_.one_in(5)) return false;
      stage_.journal.note(name() + " is to give way");
      return session_->on_give_way(account()->total()), true;
    case 6:
      is_frozen_ = !is_frozen_;
      if (life_ && is_frozen_) stage_.ledger.doom(*life_);
      stage_.journal.note(name() + (is_frozen_ ? " freezes" : " thaws"));
      return true;
    default:
      return false;
  }
}

void Client::act() {
  if (!session_) return connect();
  if (ended()) return hang_up();
  constexpr size_t most_read = 20, most_said = 3;
  if (is_reading_) read(chance_.below(most_read));
  if (happens_to_connection()) return;
  for (size_t left = 1 + chance_.below(most_said); left > 0 && may_speak(); --left) speak();
  if (session_ && !chance_.one_in(3)) end_read();
}

bool Client::act_politely() {
  if (!session_) return false;
  if (ended()) return hang_up(), true;
  is_reading_ = true;
  if (std::exchange(is_frozen_, false)) session_->on_alive();
  const bool has_read = waiting() > 0;
  read(waiting());
  if (!may_speak()) return has_read;
  if (owes_goodbye_) return say_goodbye(), true;
  if (!is_present() || life_->invocations.empty()) return has_read;
  const auto [invocation, owed] = *life_->invocations.begin();
  answer_last(invocation, owed);
  end_read();
  return true;
}

void Client::end_read() {
  session_->on_read_end();
  stage_.promises.on_sent(worker_.number());
}

void Client::depart(Departure how) {
  if (!session_ || ended()) return hang_up();
  if (how == Departure::break_off || !is_present() || pauses().any()) return hang_up();
  if (how == Departure::goodbye) return say_goodbye();
  says(how == Departure::abort ? R"([3,{},"com.enough"])" : "[33,1,1]");
}

// ---- sessions

void Client::says(const std::string& json) {
  stage_.journal.note(name() + " -> " + json);
  serializers::Scratch scratch;
  const auto message = serializers::decode(Format::json, json, scratch);
  if (!message) return stage_.journal.breach("Messages", name() + " says " + message.error().message);
  const bool is_clear = worker_.mailbox().own_count() == 0 && worker_.mailbox().waiting_count() == 0 &&
                        !stage_.is_anything_unsent();
  const auto stamp = stamp_of(*message, Format::json);
  stage_.promises.on_said({*life_, *message, stamp, is_clear});
  stage_.ledger.on_said(*life_, *message, stamp);
  says_bytes(json);
}

void Client::says_bytes(const std::string& json) {
  std::string bytes = test_support::converted(Format::json, format_, json);
  session_->on_message({bytes.data(), bytes.size()});
}

void Client::say_goodbye() {
  const std::string goodbye = R"([6,{},"wamp.close.close_realm"])";
  if (!std::exchange(owes_goodbye_, false)) return says(goodbye);
  stage_.journal.note(name() + " -> " + goodbye);
  says_bytes(goodbye);
}

void Client::speak() {
  if (owes_goodbye_) return say_goodbye();
  if (!life_ || life_->is_over) return say_hello();
  if (is_present()) say_something();
}

}  // namespace simulation
