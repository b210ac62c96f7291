// Events of some topics as Server-Sent Events: the response to one GET, for as long as its client stays.
//
// See StreamSession. A client that comes back says which event it has seen last: it gets those behind it that
// the event history has, or is told that there may be a gap ("reset"), never nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "router/http/client/stream_session.h"
#include "router/http/forms/api_form.h"

namespace router::http {

class EventStream final : public StreamSession {
 public:
  EventStream(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials, Headers headers,
              size_t& count, EventsQuestion question);

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
    std::string resets;
  };

  void on_welcome() override;
  void hear(wamp::Event& message, const transport::BufferRef& frame) override;
  void hear(wamp::Subscribed& message) override;
  void hear(wamp::Error& message) override;
  transport::HttpResponse refusal(const Reply& reply) override { return api_response(reply); }

  void subscribe(size_t topic);
  std::string_view topic_of(const wamp::Event& event) const;
  void on_answered();

  std::vector<Topic> topics_;
  std::unique_ptr<Opening> opening_;  // until it is over
};

}  // namespace router::http
