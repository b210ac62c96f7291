// A session whose client reads the response to one HTTP request for as long as there is something to tell:
// events, or what comes of one call.
//
// Owned by the connection of that request, on whose thread it lives. Below it is that connection, above it an
// ordinary session, which speaks JSON to it; so slow clients, limits, drain and kill are the session's
// affair. The response is begun when it is known that there is one; until then a refusal may take its place.
// Where there is no memory the stream ends, so that its client comes back; it never goes on with a part
// missing.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "router/entrance/entrance.h"
#include "router/http/client/credentials.h"
#include "router/http/client/desk.h"
#include "router/http/client/reply.h"
#include "transport/connection/connection.h"
#include "transport/memory/account.h"
#include "wamp/message.h"

namespace router::http {

class StreamSession : public transport::Receiver {
 public:
  // `count`: of streams that are open, of this one's path; outlives it. `headers`: of the response.
  StreamSession(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials,
                Headers headers, size_t& count);
  ~StreamSession() override;

  void on_open(transport::Connection& connection) override;
  void on_message(std::span<char>) override {}
  void on_give_way(size_t held) override;
  size_t shared_bytes() const override { return session_ ? session_->shared_bytes() : 0; }
  void on_closed(const transport::CloseReason& reason) override;

  // Once a second or so.
  void sweep(SteadyTime now);

 protected:
  // The session is a member of its realm. Not within a call of it, as all that follow here but hear().
  virtual void on_welcome() = 0;
  // What the session says, but for logins. `frame`: all of it.
  virtual void hear(wamp::Event&, const transport::BufferRef& /*frame*/) {}
  virtual void hear(wamp::Subscribed&) {}
  virtual void hear(wamp::CallResult&) {}
  virtual void hear(wamp::Error&) {}
  // It ends before it has begun, for this reason.
  virtual transport::HttpResponse refusal(const Reply& reply) = 0;
  // Before it has begun: its client takes a refusal for the end, and so is told in the stream when to come
  // back if the reason is one that passes.
  virtual bool is_ended_by_refusal() const { return false; }
  // Once a second or so, while the session is a member.
  virtual void on_sweep(SteadyTime) {}

  Desk& desk() { return desk_; }
  // Of what is kept for the client. Precondition: it is there.
  transport::Charge charge_for_events(size_t bytes) const;
  bool has_begun() const { return has_begun_; }
  // The head of the response, once. Ends the stream as well if there is nothing more to be told.
  void begin();
  void tell(const transport::BufferRef& text);
  void tell(std::string_view text);
  // Tells this, or refuses, and ends.
  void end_with(const Reply& reply, std::string_view event);
  void end_for_now(std::string_view why, uint64_t retry_ms);
  void end(std::string_view why);
  // To the session, when its present call is over.
  void say_later(std::string message);
  // There is no further one. A stream that only listens takes less memory.
  void says_no_more() { self_.reset(); }

 private:
  // The connection as the session has it: what it sends is told in other words.
  class Door final : public transport::Connection {
   public:
    Door(StreamSession& stream, transport::Connection& real);

    transport::Connection& real() const { return real_; }
    transport::Framing framing() const override { return transport::Framing::response; }
    const std::string& peer_address() const override { return real_.peer_address(); }
    const transport::ClientCertificate* client_certificate() const override {
      return real_.client_certificate();
    }
    void send(transport::BufferRef frame) override { stream_.hear_frame(frame); }
    size_t queued_bytes() const override { return real_.queued_bytes(); }
    int64_t taken_bytes() override { return real_.taken_bytes(); }
    size_t queued_memory() const override { return real_.queued_memory(); }
    size_t share() const override { return real_.share(); }
    void give_way(size_t held) override { real_.give_way(held); }
    void on_out_of_memory() override { real_.on_out_of_memory(); }
    void set_known(bool known) override { real_.set_known(known); }
    void close(uint16_t, std::string_view reason) override { stream_.end(reason); }
    void drop(std::string why) override { real_.drop(std::move(why)); }
    // Nothing is expected of the client, so nothing tells that it is dead but that it takes nothing.
    void probe() override { stream_.session_->on_alive(); }
    void limit_rate(const transport::Rate&) override {}

   private:
    void on_resumed() override {}

    StreamSession& stream_;
    transport::Connection& real_;
  };

  void forget();
  template <class Work>
  void later(Work work);
  void end_without_memory();
  void say(std::string message);
  void hear_frame(const transport::BufferRef& frame);
  void on_goodbye(const wamp::Goodbye& message);
  bool takes_nothing();

  Desk& desk_;
  // What it needs until it has begun.
  struct Start {
    std::shared_ptr<const Entrance> entrance;
    Credentials credentials;
    Headers headers;
  };
  std::unique_ptr<const Start> start_;
  size_t& count_;
  std::optional<Door> door_;              // as long as there is a connection
  std::shared_ptr<StreamSession*> self_;  // for work that is posted; null: there is none
  size_t place_ = SIZE_MAX;               // in the desk's streams
  std::unique_ptr<transport::Receiver> session_;
  SteadyTime told_at_{};
  int64_t taken_ = -1;     // by the client, when that was last looked at; negative: it never was
  int looks_in_vain_ = 0;  // since it last took something
  bool has_begun_ = false, has_ended_ = false, is_welcome_ = false;
};

}  // namespace router::http
