// One call and all that comes of it as Server-Sent Events: "progress", then "result" or "error". A client
// that leaves cancels the call.
//
// See StreamSession.
#pragma once

#include <memory>

#include "router/http/client/stream_session.h"
#include "router/http/forms/api_form.h"

namespace router::http {

class CallStream final : public StreamSession {
 public:
  CallStream(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials, Headers headers,
             size_t& count, Question question);

 private:
  void on_welcome() override;
  void hear(wamp::CallResult& message) override;
  void hear(wamp::Error& message) override;
  transport::HttpResponse refusal(const Reply& reply) override { return api_response(reply); }
  void on_sweep(SteadyTime now) override;

  std::unique_ptr<Question> question_;  // until it is asked
  SteadyTime deadline_ = SteadyTime::max();
};

}  // namespace router::http
