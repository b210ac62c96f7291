// A member of a realm that has no socket: for whoever asks over HTTP as the same identity, on one worker. It
// has a session as any client has, which it tells in JSON what is asked, and hears.
//
// Lives on its worker's thread; owned by the table of members, and held by work that is posted to the loop.
// The session logs in, keeps to the limits of its role, asks authorizers, and leaves when the realm, the
// router or the end of its login wants it. Then all that was asked is answered, and the next request needs
// another member. Whatever there is no memory for, each request is answered once; at worst the session ends.
#pragma once

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
  // Makes the response of what comes of a request. Called once, and again if there was no memory for it.
  using Respond = std::function<transport::HttpResponse(const Reply&)>;

  // The table that owns it, and outlives it. Called within calls of the member, which stays until they are
  // over.
  class Home {
   public:
    // Its login was accepted. False: there is no room for it.
    virtual bool on_in(Member& member) noexcept = 0;
    // It takes no more questions.
    virtual void on_leaving(Member& member) noexcept = 0;
    // Requests that are not answered: of members who are in, or have been, and of those who log in.
    size_t in_flight = 0, in_flight_outside = 0;

   protected:
    ~Home() = default;
  };
  // `key`: of the credentials. `peer`: the address that the session has, for the log and for
  // who guesses.
  Member(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials, std::string key,
         std::string peer, Home& home);
  ~Member() override;
  // Once, first.
  void start();

  // Answers later; or at once if the member may not ask so much (Reply::error).
  transport::Service::Answer ask(Question question, transport::HttpExchange& exchange, Respond respond);

  // Once a second or so.
  void sweep(SteadyTime now);
  const std::string& key() const { return key_; }
  // It may be destroyed.
  bool ended() const { return state_ == State::ended && !has_requests() && !receiver_; }
  // Since when nothing is asked; none: something is.
  std::optional<SteadyTime> idle_since() const {
    return has_requests() ? std::nullopt : std::optional(last_used_);
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
  struct Request;
  using Requests = std::map<uint64_t, std::unique_ptr<Request>>;

  size_t& in_flight() { return was_in_ ? home_.in_flight : home_.in_flight_outside; }
  void come_in();
  bool has_requests() const { return !waiting_.empty() || !said_.empty() || !settled_.empty(); }
  void on_resumed() override;
  void on_gone(Request& request);
  // That costs the session if there is no memory for it.
  void later(void (Member::*work)());
  void log_in();
  void authenticate();
  void say_all();
  void say_next();
  void say(std::string text);
  void answer_all();
  void tell_end();
  void settle(uint64_t id, const Reply& reply);
  // It needs no memory.
  void settle(Requests& from, Requests::iterator request, const Reply& reply) noexcept;
  void settle_late(Requests& from, SteadyTime now);
  void leave(Reply::Kind kind, std::string_view uri, std::string_view text, std::string why);
  void cancel(uint64_t id) noexcept;

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
  const std::string key_, peer_;
  Home& home_;
  const transport::Charge charge_;  // for all of this
  State state_ = State::joining;
  uint64_t last_number_ = 0;  // of a request, in the order in which they were asked
  uint64_t last_id_ = 0;      // of a request that was said
  std::string role_;          // once it is open
  // A request goes from one to the next, for which it needs no memory.
  Requests waiting_;                 // to be said; by number
  Requests said_;                    // by id
  Requests settled_;                 // to be answered, at the end of the turn; by number
  std::vector<uint64_t> to_cancel_;  // ids
  std::optional<transport::RateMeter> meter_;
  SteadyTime last_used_;
  bool saying_ = false, was_in_ = false;
  std::string end_reason_;
  std::unique_ptr<transport::Receiver> receiver_;  // the session; ends before what it may still use of this
};

}  // namespace router::http
