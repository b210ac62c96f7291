#include "router/http/streams/event_stream.h"

#include <algorithm>
#include <utility>

#include "router/http/streams/event_text.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

// Of events that come before all topics are subscribed to. With more of them the response begins, and what is
// refused after that is told in it.
constexpr size_t max_early_bytes = 64 * 1024;

// An id that no publication has.
constexpr uint64_t known_to_none = 0;

std::string id_alone(uint64_t id) {
  return "id: " + std::to_string(id) + "\n\n";
}

// There may be a gap.
std::string reset_of(const std::string& topic) {
  return sent_event("reset", "{\"topic\":" + serializers::json_string(topic) + "}");
}

}  // namespace

EventStream::EventStream(Desk& desk, std::shared_ptr<const Entrance> entrance, Credentials credentials,
                         Headers headers, size_t& count, EventsQuestion question, std::vector<bool> are_kept)
    : StreamSession(desk, std::move(entrance), std::move(credentials), std::move(headers), count),
      is_new_(question.after.value_or(known_to_none) == known_to_none),
      opening_(std::make_unique<Opening>()) {
  opening_->match = std::move(question.match);
  opening_->after = question.after;
  opening_->is_of_browser = question.is_of_browser;
  opening_->are_replayed = is_new_ ? std::move(are_kept) : std::vector<bool>(question.topics.size(), true);
  if (is_new_) opening_->first = id_alone(known_to_none);
  topics_.reserve(question.topics.size());
  for (std::string& topic : question.topics) {
    if (is_new_ && question.after) opening_->first += reset_of(topic);
    topics_.push_back({std::move(topic)});
  }
}

void EventStream::on_welcome() {
  for (size_t i = 0; i < topics_.size(); ++i) subscribe(i);
}

void EventStream::subscribe(size_t topic) {
  opening_->asked.push_back(topic);
  wamp::Dict options;
  if (opening_->match != "exact") options.set("match", opening_->match);
  if (opening_->are_replayed[topic])
    options.set("_replay",
                is_new_ ? wamp::Dict{{"limit", 1}} : wamp::Dict{{"after_publication", *opening_->after}});
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
  if (!is_new_) opening_->first += reset_of(topics_[topic].uri);
  subscribe(topic);
}

void EventStream::on_answered() {
  if (++opening_->answered < topics_.size()) return;
  if (opening_->last != 0) opening_->early.push_back(transport::Buffer::of(id_alone(opening_->last)));
  tell_early();
  opening_.reset();
  says_no_more();
}

void EventStream::tell_early() {
  if (!has_begun() && opening_->first.empty()) opening_->first = ":\n\n";
  begin();
  if (!opening_->first.empty()) tell(opening_->first);
  for (const transport::BufferRef& event : opening_->early) tell(event);
  opening_->first.clear();
  opening_->early.clear();
  opening_->charge.set(0);
}

std::string_view EventStream::topic_of(const wamp::Event& event) const {
  if (const wamp::Value* const topic = event.details.find("topic"))
    if (const auto* const text = topic->get<std::string>()) return *text;
  const auto found = std::find_if(topics_.begin(), topics_.end(), [&event](const Topic& topic) {
    return topic.subscription == event.subscription;
  });
  return found == topics_.end() ? std::string_view() : std::string_view(found->uri);
}

transport::BufferRef EventStream::text_of(const wamp::Event& message, const transport::BufferRef& frame) {
  if (is_new_ && message.details.find("_replayed"))
    return transport::Buffer::of(id_alone(message.publication.value));
  // What comes for one topic while another one's past is yet to come has no id: a client that is cut off now
  // comes back to where it was, and gets some events twice, but all.
  if (opening_ && !is_new_ && topics_.size() > 1) {
    opening_->last = message.publication.value;
    return transport::Buffer::of(event_text_without_id(topic_of(message), message));
  }
  if (!desk().event || &*desk().event != &*frame) {
    desk().event_text = transport::Buffer::of(event_text(topic_of(message), message));
    desk().event = frame;
  }
  return desk().event_text;
}

void EventStream::hear(wamp::Event& message, const transport::BufferRef& frame) {
  const transport::BufferRef text = text_of(message, frame);
  if (!opening_) return tell(text);
  opening_->early.push_back(text);
  opening_->charge = charge_for_events(opening_->charge.bytes() + text->held() + sizeof(text));
  if (has_begun() || opening_->charge.bytes() > max_early_bytes) tell_early();
}

}  // namespace router::http
