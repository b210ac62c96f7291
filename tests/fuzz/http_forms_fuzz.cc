// Requests over plain HTTP, head and body: whatever comes is refused with a response, or becomes a message
// that the router takes from any client.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "router/http/forms/api_form.h"
#include "router/http/forms/bridge_form.h"
#include "router/http/streams/event_text.h"
#include "serializers/serializer.h"
#include "transport/http/request_head.h"

namespace {

using namespace router::http;

constexpr int max_depth = 32;
constexpr size_t max_size = 1 << 20;

void require(bool condition) {
  if (!condition) std::abort();
}

void require_refusal(const transport::HttpResponse& refusal) {
  require(refusal.status >= 400 && refusal.status < 600);
}

const Question& question_in(const Question& question) {
  return question;
}
const Question& question_in(const BridgeQuestion& asked) {
  return asked.question;
}

template <class Asked>
void require_message_or_refusal(const std::variant<Asked, transport::HttpResponse>& read) {
  if (const auto* const refusal = std::get_if<transport::HttpResponse>(&read))
    return require_refusal(*refusal);
  const Question& question = question_in(std::get<Asked>(read));
  const std::string text = message_of(question, 1);
  serializers::Scratch scratch;
  const auto message = serializers::decode(serializers::Format::json, text, scratch, {max_depth + 2, {}});
  if (!message) return require(message.error().is_refusable);
  // What would be told of such an event is one event, whatever is in it.
  wamp::Event event{
      wamp::SubscriptionId(1), wamp::PublicationId(2), {}, {question.payload, question.payload_count}};
  const std::string told = event_text(question.uri, event);
  require(told.ends_with("\n\n") && told.find("\n\n") == told.size() - 2 && told.find('\r') == told.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string all(reinterpret_cast<const char*>(bytes), size);
  const size_t end = all.find("\r\n\r\n");
  if (end == all.npos) return 0;
  auto head = transport::read_request_head(all.substr(0, end + 4), "192.0.2.1:1000");
  if (std::holds_alternative<transport::HttpResponse>(head)) return 0;
  const auto& request = std::get<transport::HttpRequest>(head);
  const std::string body = all.substr(end + 4);

  using Kind = router::config::BridgePath::Kind;
  const router::WallTime now{std::chrono::seconds(1'800'000'000)};
  for (const Kind kind : {Kind::caller, Kind::publisher, Kind::webhook})
    for (const char* const secret : {"", "secret"}) {
      const router::config::BridgePath path{
          .kind = kind, .realm = "realm1", .role = "web", .key = "key", .secret = secret, .topic = "com.x"};
      if (const auto refusal = refuse_bridge_request(path, request, body.size(), max_size, now))
        require_refusal(*refusal);
      // Whatever is wrong with its head.
      require_message_or_refusal(read_bridge_request(path, request, body, now, {max_size, max_depth}));
    }
  const std::string_view rest = std::string_view(request.path).substr(1);
  if (const auto refusal = refuse_api_request(request, rest, body.size(), max_size))
    require_refusal(*refusal);
  else if (api_target(rest) == ApiTarget::call || api_target(rest) == ApiTarget::publish)
    require_message_or_refusal(
        read_api_request({.realm = "realm1", .role = "web"}, request, rest, body, max_depth));
  if (const auto events = read_events_request(request); std::holds_alternative<EventsQuestion>(events))
    require(!std::get<EventsQuestion>(events).topics.empty());
  return 0;
}
