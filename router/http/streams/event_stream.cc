#include "router/http/streams/event_stream.h"

#include <algorithm>
#include <utility>

#include "router/http/streams/event_text.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

constexpr size_t max_early_events = 1000;

}  // namespace

EventStream::EventStream(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials,
                         Headers headers, size_t& count, EventsQuestion question)
    : StreamSession(desk, std::move(entrance), std::move(credentials), std::move(headers), count),
      opening_(std::make_unique<Opening>()) {
  opening_->match = std::move(question.match);
  opening_->after = question.after;
  opening_->are_replayed.assign(question.topics.size(), question.after.has_value());
  topics_.reserve(question.topics.size());
  for (std::string& topic : question.topics) topics_.push_back({std::move(topic)});
}

void EventStream::on_welcome() {
  for (size_t i = 0; i < topics_.size(); ++i) subscribe(i);
}

void EventStream::subscribe(size_t topic) {
  opening_->asked.push_back(topic);
  wamp::Dict options;
  if (opening_->match != "exact") options.set("match", opening_->match);
  if (opening_->are_replayed[topic])
    options.set("_replay", wamp::Dict{{"after_publication", *opening_->after}});
  say_later(serializers::encode(
      serializers::Format::json,
      wamp::Subscribe{wamp::RequestId(opening_->asked.size()), std::move(options), topics_[topic].uri}));
}

void EventStream::hear(wamp::Subscribed& message) {
  topics_[opening_->asked[message.request.value - 1]].subscription = message.subscription;
  on_answered();
}

void EventStream::hear(wamp::Error& message) {
  if (!opening_) return;
  const size_t topic = opening_->asked[message.request.value - 1];
  const bool is_refused_history = message.error == wamp::error_uri::invalid_argument ||
                                  message.error == wamp::error_uri::history_unavailable ||
                                  message.error == wamp::error_uri::too_many_requests;
  if (!opening_->are_replayed[topic] || !is_refused_history)
    return end_with({Reply::Kind::error, message.error, serializers::json_arguments(message.payload)},
                    "error");
  opening_->are_replayed[topic] = false;
  opening_->resets += sent_event("reset", "{\"topic\":" + serializers::json_string(topics_[topic].uri) + "}");
  subscribe(topic);
}

void EventStream::on_answered() {
  if (++opening_->answered < topics_.size()) return;
  const auto opening = std::move(opening_);
  says_no_more();
  begin();
  tell(opening->resets.empty() ? ":\n\n" : opening->resets);
  for (const transport::BufferRef& event : opening->early) tell(event);
}

std::string_view EventStream::topic_of(const wamp::Event& event) const {
  if (const wamp::Value* const topic = event.details.find("topic"))
    if (const auto* const text = topic->get<std::string>()) return *text;
  const auto found = std::find_if(topics_.begin(), topics_.end(), [&event](const Topic& topic) {
    return topic.subscription == event.subscription;
  });
  return found == topics_.end() ? std::string_view() : std::string_view(found->uri);
}

void EventStream::hear(wamp::Event& message, const transport::BufferRef& frame) {
  if (!desk().event || &*desk().event != &*frame) {
    desk().event_text = transport::Buffer::of(event_text(topic_of(message), message));
    desk().event = frame;
  }
  if (!opening_) return tell(desk().event_text);
  if (opening_->early.size() >= max_early_events) return end("too many events before it was opened");
  opening_->early.push_back(desk().event_text);
}

}  // namespace router::http
