#include "bench/load/session.h"

#include <stdexcept>
#include <system_error>

#include "bench/load/failure.h"
#include "bench/load/printable.h"
#include "serializers/serializer.h"

namespace bench::load {

namespace {

// What it can do, which is less than the client library can: a router has less to do for it.
Dict own_roles() {
  const Dict cancels = {{"features", Dict{{"call_canceling", true}}}};
  return {{"caller", Dict{}}, {"callee", cancels}, {"publisher", Dict{}}, {"subscriber", Dict{}}};
}

// It logs in by nothing that could be bound to a connection.
std::string no_channel_binding(std::string_view) {
  return {};
}

}  // namespace

Session::Session(Loop& loop, const Options& options, Plan plan)
    : loop_(loop), options_(options), plan_(std::move(plan)) {}

void Session::open() {
  connection_.reset();
  state_ = State::upgrading;
  joining_ = options_.floor ? nullptr : std::make_unique<client::Joining>(options_.join);
  wire::Endpoint server = options_.server;
  if (options_.floor) server.path = plan_.floor_path;
  try {
    connection_ = std::make_unique<Connection>(loop_, *this, server, options_.tls.get(), writer());
  } catch (const std::system_error& error) {
    throw Failure(Failure::Kind::cannot_connect, error.what());
  }
}

void Session::send(const List& message) {
  send_bytes(writer().write(message));
}

void Session::send_bytes(const std::string& message) {
  check_size(message.size());
  connection_->outgoing().append(framing().frame(writer(), message));
}

void Session::send(FrameTemplate& message, uint64_t id) {
  check_size(message.append(connection_->outgoing(), id));
}

void Session::check_size(size_t message_size) const {
  if (message_size <= connection_->max_message_size()) return;
  throw std::runtime_error(plan_.name + " has a message of " + std::to_string(message_size) +
                           " bytes, but the server takes no more than " +
                           std::to_string(connection_->max_message_size()) + " over RawSocket");
}

void Session::on_open(uint64_t now_ns) {
  if (options_.floor) return become_ready(now_ns);
  state_ = State::joining;
  send_bytes(serializers::encode(writer().format(), joining_->hello(own_roles(), "wampd bench")));
}

void Session::on_message(std::string_view message, uint64_t now_ns) {
  if (state_ == State::joining) return join(message, now_ns);
  const Head head = reader().read_head(message);
  if (state_ == State::ready) return on_wamp(head, message, now_ns);
  // SUBSCRIBED and REGISTERED are their request's type plus one.
  if (state_ == State::requesting && head.id == 1 && wamp::Value(head.type - 1) == plan_.first_request[0]) {
    return become_ready(now_ns);
  }
  refuse(message);
}

void Session::join(std::string_view message, uint64_t now_ns) {
  serializers::Scratch scratch;
  const auto read = serializers::decode(reader().format(), message, scratch);
  if (const auto* const welcome = read ? std::get_if<wamp::Welcome>(&*read) : nullptr) {
    if (const auto refusal = joining_->refuse(*welcome)) refuse(*refusal);
    id_ = welcome->session.value;
    return on_joined(now_ns);
  }
  const auto* const challenge = read ? std::get_if<wamp::Challenge>(&*read) : nullptr;
  if (!challenge) refuse(message);
  const auto answer = joining_->answer(*challenge, no_channel_binding);
  if (const auto* const refusal = std::get_if<client::Joining::Refusal>(&answer)) refuse(*refusal);
  send_bytes(serializers::encode(writer().format(), std::get<wamp::Authenticate>(answer)));
}

void Session::refuse(const client::Joining::Refusal& refusal) const {
  throw Failure(
      refusal.kind == client::EndKind::login_refused ? Failure::Kind::aborted : Failure::Kind::cannot_connect,
      plan_.name + " could not join: " + refusal.text, std::string(refusal.reason));
}

void Session::refuse(std::string_view message) const {
  serializers::Scratch scratch;
  const auto read = serializers::decode(reader().format(), message, scratch);
  const auto* const abort = read ? std::get_if<wamp::Abort>(&*read) : nullptr;
  const auto* const error = read ? std::get_if<wamp::Error>(&*read) : nullptr;
  const bool is_joining = state_ == State::joining;
  const char* const what = is_joining ? " could not join: "
                           : error    ? " had its request refused: "
                                      : " was told, in place of an answer: ";
  throw Failure(abort        ? Failure::Kind::aborted
                : error      ? Failure::Kind::refused
                : is_joining ? Failure::Kind::cannot_connect
                             : Failure::Kind::lost,
                plan_.name + what + printable(message),
                abort   ? abort->reason
                : error ? error->error
                        : std::string());
}

void Session::on_joined(uint64_t now_ns) {
  joining_.reset();
  if (plan_.first_request.empty()) return become_ready(now_ns);
  state_ = State::requesting;
  send(plan_.first_request);
}

void Session::become_ready(uint64_t now_ns) {
  state_ = State::ready;
  on_ready(now_ns);
}

void Session::on_closed(const std::string& why, uint64_t) {
  // Who ends without a word before there was a session is none who speaks that.
  const bool has_joined = state_ > State::joining;
  throw Failure(has_joined ? Failure::Kind::lost : Failure::Kind::cannot_connect, plan_.name + ": " + why);
}

}  // namespace bench::load
