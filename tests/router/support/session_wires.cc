#include "tests/router/support/session_wires.h"

#include <new>
#include <stdexcept>

#include "router/config/file/default_config.h"
#include "tests/support/deflate.h"
#include "tests/support/json_wire.h"
#include "transport/websocket/frame.h"

namespace router {
namespace {

using serializers::Format;
using test_support::converted;

const transport::CloseReason broken_socket{0, true, "the socket broke"};

// The message in a server's frame: unmasked, unfragmented.
std::string unframed(std::string_view frame) {
  const auto length = static_cast<uint8_t>(frame.at(1));
  const std::string_view payload = frame.substr(length == 126 ? 4 : length == 127 ? 10 : 2);
  const bool compressed = static_cast<uint8_t>(frame[0]) & transport::compressed_bit;
  return compressed ? test_support::inflated(payload) : std::string(payload);
}

}  // namespace

void Wire::receives_bytes(std::string bytes) {
  if (closed() || broken_) return;
  session_->on_message({bytes.data(), bytes.size()});
  worker_->end_turn();
}

void Wire::receives(const std::string& json) {
  receives_bytes(converted(Format::json, format_, json));
}

void Wire::receives_with_more(const std::string& json) {
  std::string bytes = converted(Format::json, format_, json);
  session_->on_message({bytes.data(), bytes.size()});
}

std::string Wire::sent() {
  std::string all;
  for (const std::string& bytes : sent_) {
    const std::string message = converted(format_, Format::json, bytes);
    if (message.starts_with("[2,")) session_id_ = std::stoull(message.substr(3));
    all.append(all.empty() ? "" : "\n").append(message);
  }
  sent_.clear();
  return all;
}

void Wire::breaks_alone() {
  broken_ = true;
  session_->on_closed(broken_socket);
  worker_->loop().io().poll();
}

void Wire::breaks() {
  if (broken_) return;
  broken_ = true;
  session_->on_closed(broken_socket);
  worker_->end_turn();
}

transport::Framing Wire::framing() const {
  using transport::Framing;
  return (format_ == Format::json ? Framing::websocket_text : Framing::websocket_binary)
      .compressed(compression_);
}

void Wire::send(transport::BufferRef frame) {
  if (lacks_memory_) throw std::bad_alloc();
  if (closed() || broken_) return;
  sent_.push_back(unframed(frame->view()));
  if (!reads_) queued_bytes_ += frame->size();
  last_frame_ = std::move(frame);
}

void Wire::holds(size_t bytes) {
  if (bytes < queued_bytes_) taken_bytes_ += static_cast<int64_t>(queued_bytes_ - bytes);
  queued_bytes_ = bytes;
  worker_->end_turn();
}

void Wire::drop(std::string why) {
  dropped_ = std::move(why);
}

void Wire::close(uint16_t code, std::string_view reason) {
  if (closed()) return;
  close_code_ = code;
  close_reason_ = reason;
}

config::Config SessionHarness::two_realms() {
  config::Config config = config::default_config();
  config.realms.push_back(config.realms.front());
  config.realms.back().name = "realm2";
  return config;
}

config::Config SessionHarness::with_sequential_ids() {
  config::Config config = two_realms();
  config.realms.front().sequential_request_ids = true;
  return config;
}

SessionHarness::SessionHarness(config::Config config)
    : config_(std::move(config)), worker_(0, 1), realms_([this](const config::Realm& realm) {
        return std::make_shared<Realm>(realm, std::vector<Mailbox*>{&worker_.mailbox()}, 1, clock_);
      }) {
  worker_.mailbox().bind_to_this_thread();
  realms_.commit(realms_.prepare(config_.realms));
  const config::Transport& transport = config_.transports.front();
  entrance_ = std::make_shared<const Entrance>(
      Entrance{realms_, transport, std::make_shared<auth::LoginHistory>(),
               transport.cookie ? std::make_shared<auth::Cookies>(*transport.cookie) : nullptr, clock_,
               std::make_shared<Succession>()});
}

SessionHarness::~SessionHarness() {
  break_all();
}

void SessionHarness::passes(std::chrono::milliseconds time) {
  clock_.advance(time);
  for (const auto& realm : realms_.all()) {
    realm->run_due();
    realm->run_due_calls(0);
  }
  worker_.end_turn();
}

void SessionHarness::break_all() {
  for (Wire& wire : wires_) wire.breaks();
}

Wire& SessionHarness::connect(Format format, Arrival arrival, const std::string& address) {
  Wire& wire = wires_.emplace_back();
  wire.format_ = format;
  wire.worker_ = &worker_;
  wire.peer_address_ = address;
  wire.session_ = std::make_unique<Session>(worker_, entrance_, format, std::move(arrival));
  wire.session_->on_open(wire);
  return wire;
}

Wire& SessionHarness::join(Format format, const std::string& roles) {
  Wire& wire = connect(format);
  wire.receives(R"([1,"realm1",{"roles":)" + roles + "}]");
  if (!wire.sent().starts_with("[2,")) throw std::runtime_error("the session was not welcomed");
  return wire;
}

}  // namespace router
