// Events of some topics as Server-Sent Events: the response to one GET, for as long as its client stays.
//
// See StreamSession. A client that comes back says which event it has seen last: it gets those behind it that
// the event history has, or is told that there may be a gap ("reset"), never nothing. So the stream of one
// that is new begins with an id: of the newest event in the history, or one that no history knows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "router/http/client/stream_session.h"
#include "router/http/forms/api_form.h"

namespace router::http {

class EventStream final : public StreamSession {
 public:
  // `are_kept`: topics of which there is an event history, so that a new client can come back to it.
  EventStream(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials, Headers headers,
              size_t& count, EventsQuestion question, std::vector<bool> are_kept);

 private:
  struct Topic {
    std::string uri;
    wamp::SubscriptionId subscription = {};
  };
  // What is needed until all topics are subscribed to.
  struct Opening {
    std::string match;
    std::optional<uint64_t> after;
    std::vector<bool> are_replayed;  // topics, of which what was kept is asked for
    std::vector<size_t> asked;       // topics, by request
    size_t answered = 0;
    std::vector<transport::BufferRef> early;  // events that came before that
    transport::Charge charge;                 // for them
    std::string first;  // what comes before them: resets, and the id of a stream that is new
    uint64_t last = 0;  // the last of them that came without its id; 0: none
    bool is_of_browser = false;
  };

  void on_welcome() override;
  void hear(wamp::Event& message, const transport::BufferRef& frame) override;
  void hear(wamp::Subscribed& message) override;
  void hear(wamp::Error& message) override;
  transport::HttpResponse refusal(const Reply& reply) override { return api_response(reply); }
  bool is_ended_by_refusal() const override { return opening_ && opening_->is_of_browser; }

  void subscribe(size_t topic);
  transport::BufferRef text_of(const wamp::Event& message, const transport::BufferRef& frame);
  std::string_view topic_of(const wamp::Event& event) const;
  void on_answered();
  void tell_early();

  // Its client has seen no event: of what is replayed it gets the id only. First, where its base has room.
  const bool is_new_;
  std::vector<Topic> topics_;
  std::unique_ptr<Opening> opening_;  // until it is over
};

}  // namespace router::http
