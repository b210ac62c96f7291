#include "router/http/client/reply.h"

#include <algorithm>
#include <utility>

#include "serializers/serializer.h"
#include "wamp/error_uris.h"

namespace router::http {

void set_arguments(Question& question, std::string_view args, std::string_view kwargs) {
  question.payload_count = !kwargs.empty() ? 2 : !args.empty() ? 1 : 0;
  question.payload = args.empty() && !kwargs.empty() ? "[]" : args;
  if (!kwargs.empty()) question.payload.append(",").append(kwargs);
}

std::string message_of(const Question& question, uint64_t request) {
  const wamp::Payload payload{question.payload, question.payload_count};
  if (question.kind == Question::Kind::publication)
    return serializers::encode(
        serializers::Format::json,
        wamp::Publish{wamp::RequestId(request), question.options, question.uri, payload});
  return serializers::encode(serializers::Format::json,
                             wamp::Call{wamp::RequestId(request), question.options, question.uri, payload});
}

bool is_undone(const Reply& reply) {
  return reply.kind == Reply::Kind::refused || reply.error == wamp::error_uri::unavailable ||
         reply.error == wamp::error_uri::canceled;
}

OwnError::OwnError(Reply::Kind kind, std::string_view uri, std::string_view text)
    : kind_(kind), uri_(uri), arguments_(text.empty() ? "" : "[" + serializers::json_string(text) + "]") {}

transport::HttpResponse with_retry_after(transport::HttpResponse response, uint64_t ms) {
  std::erase_if(response.headers, [](const auto& header) { return header.first == "Retry-After"; });
  response.headers.emplace_back("Retry-After", std::to_string(std::max<uint64_t>(1, (ms + 999) / 1000)));
  return response;
}

std::string arguments_text(const serializers::JsonArguments& arguments) {
  std::string text = "{";
  if (!arguments.args.empty()) text.append("\"args\":").append(arguments.args);
  if (!arguments.kwargs.empty())
    text.append(text.size() > 1 ? "," : "").append("\"kwargs\":").append(arguments.kwargs);
  return text += "}";
}

}  // namespace router::http
