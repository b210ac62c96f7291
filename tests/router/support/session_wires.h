// Sessions without sockets: a worker that no thread runs, and connections that only remember.
//
//   SessionHarness router;
//   Wire& client = router.connect(json);
//   client.receives(R"([1,"realm1",{"roles":{"caller":{}}}])");
//   EXPECT_THAT(client.sent(), HasSubstr("[2,"));
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/config/config.h"
#include "router/realm/realms.h"
#include "router/session/session.h"
#include "router/worker/worker.h"
#include "tests/router/support/manual_clock.h"

namespace router {

class SessionHarness;

// One peer's connection.
class Wire final : public transport::Connection {
 public:
  // The bytes of one message come from the peer, as its serializer has them.
  void receives_bytes(std::string bytes);
  // The same, said in JSON whatever the serializer is.
  void receives(const std::string& json);
  // The same, but more comes in at once, from this or other peers: mail is delivered later.
  void receives_with_more(const std::string& json);
  // All messages sent to the peer since the last time, in JSON, one a line.
  std::string sent();
  // The peer is gone.
  void breaks();
  // The same, and what follows of itself.
  void breaks_alone();
  // It answers no probe any more.
  void freezes() { frozen_ = true; }
  // A certificate that the transport has verified.
  void shows(transport::ClientCertificate certificate) { certificate_ = std::move(certificate); }
  // What is due so much later is done; the loop's clock does not move.
  void sweeps(std::chrono::milliseconds later = {}) { session_->sweep(worker_->loop().now() + later); }
  // So many bytes wait for the peer to take them, and from now on more only if it stops reading.
  void holds(size_t bytes);
  // It has taken some, although as much as before is waiting.
  void takes(int64_t bytes) { taken_bytes_ += bytes; }
  // What is sent from now on waits, too.
  void stops_reading() { reads_ = false; }
  // There is no memory for what is to be sent to it.
  void lacks_memory() { lacks_memory_ = true; }
  // Of the last WELCOME that sent() has seen; 0 before.
  uint64_t session_id() const { return session_id_; }
  bool closed() const { return close_code_.has_value(); }
  // Why the router has dropped it; empty: it has not.
  const std::string& dropped() const { return dropped_; }
  // What is sent from now on may be compressed.
  void takes_compressed(transport::Compression how) { compression_ = how; }
  // The last one that was sent.
  const transport::BufferRef& last_frame() const { return last_frame_; }
  // It has been silent for long.
  void falls_silent() { session_->on_silent(); }
  void makes_itself_heard() { session_->on_alive(); }
  // Memory is short, and so much is held for it.
  void is_to_give_way(size_t held) { session_->on_give_way(held); }
  std::optional<uint16_t> close_code() const { return close_code_; }
  const std::string& close_reason() const { return close_reason_; }

  transport::Framing framing() const override;
  const std::string& peer_address() const override { return peer_address_; }
  const transport::ClientCertificate* client_certificate() const override {
    return certificate_ ? &*certificate_ : nullptr;
  }
  void send(transport::BufferRef frame) override;
  size_t queued_bytes() const override { return queued_bytes_; }
  int64_t taken_bytes() override { return taken_bytes_; }
  size_t share() const override { return account()->total(); }
  void close(uint16_t code, std::string_view reason) override;
  void drop(std::string why) override;
  // A peer that is alive answers at once.
  void probe() override {
    if (!broken_ && !frozen_) session_->on_alive();
  }
  void limit_rate(const transport::Rate& rate) override { rate_ = rate; }
  // That its session has asked for.
  const transport::Rate& rate() const { return rate_; }
  bool paused() const { return pauses().any(); }

 private:
  friend class SessionHarness;
  void on_resumed() override {}
  serializers::Format format_ = serializers::Format::json;
  Worker* worker_ = nullptr;
  std::unique_ptr<Session> session_;
  std::vector<std::string> sent_;
  std::optional<uint16_t> close_code_;
  std::string close_reason_;
  std::string dropped_;
  bool broken_ = false;
  bool frozen_ = false;
  bool lacks_memory_ = false;
  transport::Compression compression_;
  transport::BufferRef last_frame_;
  transport::Rate rate_;
  uint64_t session_id_ = 0;
  size_t queued_bytes_ = 0;
  int64_t taken_bytes_ = 0;
  bool reads_ = true;
  std::string peer_address_;
  std::optional<transport::ClientCertificate> certificate_;
};

// What comes first after this message.
inline std::string says(Wire& wire, const std::string& message) {
  wire.receives(message);
  return wire.sent();
}

class SessionHarness {
 public:
  explicit SessionHarness(config::Config config = two_realms());
  ~SessionHarness();

  // realm1 and realm2, open to anonymous.
  static config::Config two_realms();
  // The same, but clients of "realm1" must count their requests.
  static config::Config with_sequential_ids();
  Wire& connect(serializers::Format format = serializers::Format::json, Arrival arrival = {},
                const std::string& address = "test");
  // A connection whose session is established in realm1 with all roles; WELCOME has been taken. Throws if it
  // is not.
  Wire& join(serializers::Format format = serializers::Format::json,
             const std::string& roles = R"({"caller":{},"callee":{},"publisher":{},"subscriber":{}})");
  // Time goes by, and the realms do what is due.
  void passes(std::chrono::milliseconds time);
  // Every peer is gone.
  void break_all();
  Realm& realm(std::string_view name = "realm1") { return *realms_.find(name); }
  Worker& worker() { return worker_; }
  const std::shared_ptr<const Entrance>& entrance() const { return entrance_; }
  auth::LoginHistory& logins() { return *entrance_->logins; }
  // Null unless the configuration has cookies.
  auth::Cookies* cookies() { return entrance_->cookies.get(); }
  ManualClock& clock() { return clock_; }

 private:
  const config::Config config_;
  ManualClock clock_;
  Worker worker_;
  Realms realms_;
  std::shared_ptr<const Entrance> entrance_;
  std::deque<Wire> wires_;
};

// A turn ends. What it lacks memory for is done in the next one.
inline void mail_comes(SessionHarness& router) {
  try {
    router.worker().end_turn();
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace router
