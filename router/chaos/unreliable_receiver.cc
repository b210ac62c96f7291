#include "router/chaos/unreliable_receiver.h"

#include <utility>

#include "router/base/log.h"
#include "router/session/requests.h"

namespace router::chaos {
namespace {

Counter& counter_of(Fault fault, WorkerCounters& counters) {
  switch (fault) {
    case Fault::drop:
      return counters.chaos_drop;
    case Fault::half_open:
      return counters.chaos_half_open;
    case Fault::slow:
      return counters.chaos_slow;
    case Fault::kill_mid_call:
      break;
  }
  return counters.chaos_kill_mid_call;
}

}  // namespace

void UnreliableReceiver::on_open(transport::Connection& connection) {
  real_ = &connection;
  connection_.emplace(connection, static_cast<UnreliableConnection::Host&>(*this));
  parts_.session->on_open(*connection_);
}

void UnreliableReceiver::on_message(std::span<char> message) {
  if (!connection_->is_open()) return;
  ++from_client_;
  const auto mishap =
      parts_.fate.of_message_from_client(answers_invocation({message.data(), message.size()}));
  if (!mishap) return parts_.session->on_message(message);
  tell(mishap->fault, from_client_, "from");
  if (mishap->fault == Fault::kill_mid_call)
    parts_.kill_session();
  else
    connection_->suffer(mishap->fault);
}

bool UnreliableReceiver::answers_invocation(std::string_view message) {
  const auto start = serializers::decode_start(parts_.format, message, scratch_);
  return start && router::answers_invocation(*start);
}

void UnreliableReceiver::on_read_end() {
  if (has_session()) parts_.session->on_read_end();
}

bool UnreliableReceiver::on_oversized(std::string_view beginning) {
  return has_session() && parts_.session->on_oversized(beginning);
}

void UnreliableReceiver::on_silent() {
  if (has_session()) parts_.session->on_silent();
}

void UnreliableReceiver::on_alive() {
  if (has_session()) parts_.session->on_alive();
}

void UnreliableReceiver::on_pong(std::string_view payload) {
  if (has_session()) parts_.session->on_pong(payload);
}

void UnreliableReceiver::on_give_way(size_t held) {
  if (has_session()) parts_.session->on_give_way(held);
}

void UnreliableReceiver::on_closed(const transport::CloseReason& reason) {
  if (parts_.session) parts_.session->on_closed(reason);
}

// ---- what goes wrong

std::optional<Mishap> UnreliableReceiver::mishap_of_next() {
  ++to_client_;
  const auto mishap = parts_.fate.of_message_to_client();
  if (mishap) tell(mishap->fault, to_client_, "to");
  return mishap;
}

void UnreliableReceiver::tell(Fault fault, uint64_t message, std::string_view direction) {
  counter_of(fault, parts_.counters).add();
  log::info(log::Kind::chaos,
            "chaos: " + std::string(name(fault)) + " at message " + std::to_string(message) + " " +
                std::string(direction) + " " + real_->peer_address() + ", connection " +
                std::to_string(parts_.number),
            {{"event", "chaos"},
             {"fault", name(fault)},
             {"peer", real_->peer_address()},
             {"connection", parts_.number},
             {"message", message},
             {"direction", direction}});
}

// Others see that the session has gone, and its client does not. It ends later, as it may be the session that
// has sent something.
void UnreliableReceiver::on_dead() {
  later({}, [this] {
    const auto session = std::move(parts_.session);
    session->on_closed({0, false, "chaos: half-open"});
  });
  look_at_dead({});
}

void UnreliableReceiver::look_at_dead(std::chrono::milliseconds since) {
  if (since >= longest_death) return real_->drop("chaos: half-open for long enough");
  if (parts_.is_ending()) return real_->drop("chaos: half-open until the end");
  if (real_->peer_has_left()) return real_->drop("chaos: half-open until the peer left");
  later(look_interval, [this, since] { look_at_dead(since + look_interval); });
}

void UnreliableReceiver::later(std::chrono::milliseconds delay, std::function<void()> work) {
  parts_.after(delay, [life = std::weak_ptr(life_), work = std::move(work)] {
    if (!life.expired()) work();
  });
}

}  // namespace router::chaos
