#include "transport/long_poll/long_poll_connection.h"

#include <algorithm>
#include <utility>

#include "transport/loop/loop_state.h"
#include "transport/memory/has_memory_for.h"
#include "transport/websocket/batch.h"

namespace transport {
namespace {

constexpr size_t max_held_sends = 16;
// Received in one turn, of one send.
constexpr size_t max_received_in_turn = 64 * 1024;

HttpResponse no_content() {
  return {204, "", "", {}};
}
HttpResponse gone() {
  return text_response(410, "the session is closed");
}

}  // namespace

LongPollConnection::LongPollConnection(Loop& loop, Framing framing, std::string content_type,
                                       const ConnectionLimits& limits, const HttpRequest& opening,
                                       ListenerCounts::Place place, std::unique_ptr<Receiver> receiver)
    : Connection(loop.new_account()),
      loop_(loop),
      place_(std::move(place)),
      framing_(framing),
      content_type_(std::move(content_type)),
      limits_(limits),
      peer_address_(opening.peer_address),
      client_certificate_(opening.client_certificate),
      heard_at_(loop.now()),
      receiver_(std::move(receiver)) {
  account()->set(Holding::connection, allocated(sizeof(LongPollConnection)) + allocated(sizeof(Account)));
  limit_rate({});
}

void LongPollConnection::start() {
  loop_.add_holder(weak_from_this());
  receiver_->on_open(*this);
}

// ---- requests

Service::Answer LongPollConnection::on_receive(HttpExchange& exchange) {
  heard();
  // The client has lost the one before, or it would not ask again.
  if (waiting_) std::exchange(waiting_, nullptr)->answer(no_content());
  if (!queue_.empty()) return take();
  if (state_ != State::open) return gone();
  waiting_ = &exchange;
  waiting_since_ = loop_.now();
  return Service::Later{this};
}

Service::Answer LongPollConnection::on_send(std::span<const char> body, HttpExchange& exchange) {
  heard();
  if (state_ != State::open) return gone();
  if (meter_) meter_->take_bytes(loop_.now(), body.size());
  if (!pauses_.any() && held_.empty()) return deliver({{body.begin(), body.end()}, &exchange});
  if (held_.size() >= max_held_sends) return text_response(503, "too many requests are waiting");
  Held held{{body.begin(), body.end()}, &exchange};
  charge(held);
  held_.push_back(std::move(held));
  return Service::Later{this};
}

HttpResponse LongPollConnection::on_close() {
  heard();
  end({close_code::normal, true, "the peer closed the session"}, State::closed);
  return no_content();
}

void LongPollConnection::on_gone(HttpExchange& exchange) {
  if (waiting_ == &exchange) {
    waiting_ = nullptr;
    heard_at_ = loop_.now();
  }
  if (sending_ == &exchange) sending_ = nullptr;
  for (Held& held : held_)
    if (held.exchange == &exchange) held.exchange = nullptr;
}

void LongPollConnection::heard() {
  heard_at_ = loop_.now();
  if (std::exchange(probed_, false) && state_ == State::open) receiver_->on_alive();
}

HttpResponse LongPollConnection::deliver(Held held) {
  HttpResponse response{503, "", "", {}};
  if (!loop_.state().has_memory_for([&] { response = receive(held); })) on_out_of_memory();
  return response;
}

HttpResponse LongPollConnection::receive(Held& held) {
  const auto refuse = [this](std::string what) {
    end({close_code::invalid_payload, false, what}, State::closing);
    return text_response(400, what);
  };
  const auto body = std::span(held.body).subspan(held.received);
  if (body.empty()) return refuse("a send without a message");
  for (auto rest = body; !rest.empty() && state_ == State::open;) {
    if (pauses_.any() || body.size() - rest.size() >= max_received_in_turn) {
      keep(held, rest);
      break;
    }
    const auto message = framing_.batched() ? take_from_batch(framing_, rest) : std::exchange(rest, {});
    if (!message) return refuse("a message in a batch that is longer than the batch");
    receiver_->on_message(*message);
    if (meter_) meter_->take_message(loop_.now());
    slow_down_if_over();
  }
  return no_content();
}

void LongPollConnection::keep(Held& held, std::span<const char> rest) {
  held.received = held.body.size() - rest.size();
  held.exchange = nullptr;
  charge(held);
  held_.push_front(std::move(held));
  has_had_its_turn_ = true;
  if (!pauses_.any()) later(&LongPollConnection::deliver_held);
}

void LongPollConnection::deliver_held() {
  has_had_its_turn_ = false;
  while (!held_.empty() && !pauses_.any() && state_ == State::open && !has_had_its_turn_) {
    Held held = std::move(held_.front());
    held_.pop_front();
    sending_ = held.exchange;
    HttpResponse response = deliver(std::move(held));
    if (sending_) std::exchange(sending_, nullptr)->answer(std::move(response));
  }
}

// ---- what goes out

void LongPollConnection::send(BufferRef frame) {
  if (state_ != State::open) return;
  queued_bytes_ += frame->size();
  queued_memory_ += frame->held();
  queue_.push_back(std::move(frame));
  count_output();
  if (queued_memory_ > limits_.max_queued_bytes)
    return drop("outgoing queue over " + std::to_string(limits_.max_queued_bytes) +
                " bytes: the peer reads too slowly");
  // Together with what else this turn has.
  if (waiting_ && queue_.size() == 1) later(&LongPollConnection::flush);
}

void LongPollConnection::flush() {
  if (!waiting_ || (queue_.empty() && state_ == State::open)) return;
  HttpResponse response = queue_.empty() ? gone() : take();
  std::exchange(waiting_, nullptr)->answer(std::move(response));
  heard_at_ = loop_.now();
}

HttpResponse LongPollConnection::take() {
  HttpResponse response;
  response.content_type = content_type_;
  // First all that needs memory: nothing is lost without it.
  response.body.reserve(framing_.batched() ? queued_bytes_ : queue_.front()->size());
  do {
    response.body.append(queue_.front()->view());
    queued_memory_ -= queue_.front()->held();
    queue_.pop_front();
  } while (framing_.batched() && !queue_.empty());
  queued_bytes_ -= response.body.size();
  fetched_bytes_ += static_cast<int64_t>(response.body.size());
  count_output();
  return response;
}

// ---- pauses, time, the end

void LongPollConnection::on_resumed() {
  if (held_.empty()) return;
  if (!has_memory_for([this] { later(&LongPollConnection::deliver_held); })) on_out_of_memory();
}

void LongPollConnection::limit_rate(const Rate& rate) {
  const Rate lowest = lower(rate, limits_.max_rate);
  if (meter_ && meter_->rate() == lowest) return;
  meter_.reset();
  if (!lowest.unlimited()) meter_.emplace(lowest);
}

void LongPollConnection::slow_down_if_over() {
  if (!meter_ || pauses_.any() || !meter_->over(loop_.now())) return;
  pause_reading(Pause::rate);
  loop_.after(meter_->goes_on_at(loop_.now()) - loop_.now(), [self = weak_from_this()] {
    if (const auto connection = self.lock()) connection->resume_reading(Pause::rate);
  });
}

void LongPollConnection::probe() {
  if (pauses_.any()) return receiver_->on_alive();
  probed_ = true;
  if (waiting_) std::exchange(waiting_, nullptr)->answer(no_content());
}

void LongPollConnection::close(uint16_t code, std::string_view reason) {
  end({code, false, std::string(reason)}, State::closing);
}

void LongPollConnection::drop(std::string why) {
  queue_.clear();
  queued_bytes_ = queued_memory_ = 0;
  count_output();
  end({0, false, std::move(why)}, State::closed);
}

void LongPollConnection::give_way(size_t held) {
  if (receiver_ && state_ == State::open) receiver_->on_give_way(held);
  drop("the router is short of memory");
}

void LongPollConnection::charge(Held& held) const {
  held.charge = Charge(account(), Holding::input, allocated(held.body));
}

void LongPollConnection::sweep(Loop::Clock::time_point now) {
  // What there was no memory for when it was to be done.
  flush();
  if (state_ != State::open) answer_held();
  if (state_ == State::closed) return tell_end();
  const auto passed = [now](Loop::Clock::time_point since, int time_ms) {
    return now - since >= std::chrono::milliseconds(time_ms);
  };
  if (waiting_) {
    if (!passed(waiting_since_, limits_.ping_interval_ms)) return;
    heard_at_ = now;
    std::exchange(waiting_, nullptr)->answer(no_content());
  } else if (state_ == State::open && passed(heard_at_, limits_.ping_timeout_ms)) {
    end({0, false, "no request for " + std::to_string(limits_.ping_timeout_ms) + " ms"}, State::closed);
  } else if (state_ == State::closing && passed(heard_at_, limits_.close_timeout_ms)) {
    state_ = State::closed;
  }
}

void LongPollConnection::end(CloseReason reason, State state) {
  if (state_ == State::closed || state_ == state) return;
  state_ = state;
  pauses_.end();
  if (!reason_) reason_ = std::move(reason);
  // What there is no memory for is done by sweep().
  has_memory_for([this] {
    later(&LongPollConnection::flush);
    later(&LongPollConnection::tell_end);
    answer_held();
  });
}

void LongPollConnection::answer_held() {
  while (!held_.empty()) {
    HttpResponse response = gone();
    HttpExchange* const exchange = held_.front().exchange;
    held_.pop_front();
    if (exchange) exchange->answer(std::move(response));
  }
}

void LongPollConnection::tell_end() {
  if (!receiver_) return;
  const auto receiver = std::move(receiver_);
  receiver->on_closed(*reason_);
}

// Never inside a call of the receiver's.
void LongPollConnection::later(void (LongPollConnection::*work)()) {
  loop_.post([self = weak_from_this(), work] {
    if (const auto connection = self.lock()) (connection.get()->*work)();
  });
}

}  // namespace transport
