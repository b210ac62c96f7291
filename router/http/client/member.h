// A member of a realm that has no socket: for whoever asks over HTTP as the same identity, on one worker. It
// has a session as any client has, which it tells in JSON what is asked, and hears.
//
// Lives on its worker's thread; owned by the table of members, and held by work that is posted to the loop.
// The session logs in, keeps to the limits of its role, asks authorizers, and leaves when the realm, the
// router or the end of its login wants it. Then all that was asked is answered, and the next request needs
// another member.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/entrance/entrance.h"
#include "router/http/client/credentials.h"
#include "router/http/client/desk.h"
#include "router/http/client/reply.h"
#include "transport/connection/connection.h"
#include "transport/connection/service.h"
#include "wamp/message.h"

namespace router::http {

class Member final : public transport::Connection, public std::enable_shared_from_this<Member> {
 public:
  // Makes the response of what comes of a request. Called once.
  using Respond = std::function<transport::HttpResponse(const Reply&)>;

  // `peer`: the address that the session has, for the log and for who guesses. `in_flight`: counts the
  // requests that are not answered, of this member and others; outlives it.
  Member(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials, std::string peer,
         size_t& in_flight);
  ~Member() override;
  // Once, first.
  void start();

  // Answers later; or at once if the member may not ask so much (Reply::error).
  transport::Service::Answer ask(Question question, transport::HttpExchange& exchange, Respond respond);

  // Once a second or so.
  void sweep(SteadyTime now);
  // It takes no more questions.
  bool leaving() const { return state_ == State::ended; }
  // It may be destroyed.
  bool ended() const { return state_ == State::ended && pending_.empty() && !receiver_; }
  // Since when nothing is asked; none: something is.
  std::optional<SteadyTime> idle_since() const {
    return pending_.empty() ? std::optional(last_used_) : std::nullopt;
  }
  // Logs out.
  void end();

  transport::Framing framing() const override { return transport::Framing::response; }
  const std::string& peer_address() const override { return peer_; }
  void send(transport::BufferRef frame) override;
  size_t queued_bytes() const override { return 0; }
  size_t share() const override { return account()->total(); }
  void give_way(size_t held) override;
  void close(uint16_t code, std::string_view reason) override;
  void drop(std::string why) override;
  void probe() override;
  int64_t taken_bytes() override { return 0; }
  void limit_rate(const transport::Rate& rate) override;

 private:
  enum class State : uint8_t { joining, open, ended };
  struct Pending;
  struct Said {
    uint64_t request;
    std::string text;
  };

  void on_resumed() override;
  void on_gone(Pending& pending);
  void later(void (Member::*work)());
  void log_in();
  void authenticate();
  void say_all();
  void tell_role(uint64_t request);
  void say(std::string text);
  void answer_all();
  void tell_end();
  void settle(uint64_t request, const Reply& reply);
  void settle(Pending& pending, const Reply& reply);
  void leave(Reply::Kind kind, std::string_view uri, std::string_view text, std::string why);
  void cancel(uint64_t request);

  void hear(const wamp::Welcome& message);
  void hear(const wamp::Challenge& message);
  void hear(const wamp::Abort& message);
  void hear(const wamp::Goodbye& message);
  void hear(const wamp::CallResult& message);
  void hear(const wamp::Published& message);
  void hear(const wamp::Error& message);
  template <class Other>
  void hear(const Other&) {}

  Desk& desk_;
  const std::shared_ptr<const Entrance> entrance_;
  const Credentials credentials_;
  const std::string peer_;
  size_t& in_flight_;
  State state_ = State::joining;
  uint64_t last_request_ = 0;
  std::string role_;  // once it is open
  std::deque<Said> to_say_;
  std::map<uint64_t, std::unique_ptr<Pending>> pending_;
  std::vector<uint64_t> settled_;  // of these, to be answered
  std::optional<transport::RateMeter> meter_;
  SteadyTime last_used_;
  bool saying_ = false;
  std::string end_reason_;
  std::unique_ptr<transport::Receiver> receiver_;  // the session; ends before what it may still use of this
};

}  // namespace router::http
