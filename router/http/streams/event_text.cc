#include "router/http/streams/event_text.h"

#include <algorithm>
#include <utility>

#include "serializers/json_parts.h"
#include "serializers/serializer.h"

namespace router::http {
namespace {

// [{...}] without its brackets.
std::string json_object(wamp::Dict dict) {
  std::string text;
  serializers::encode_arguments(serializers::Format::json, {{wamp::Value(std::move(dict))}, {}}, text);
  return text.substr(1, text.size() - 2);
}

}  // namespace

std::string sent_event(std::string_view event, std::string_view json) {
  std::string text;
  if (!event.empty()) text.append("event: ").append(event).append("\n");
  text += "data: ";
  const size_t begin = text.size();
  text += json;
  // Between values they are as good as spaces; within a string there are none.
  const auto is_line_end = [](char c) { return c == '\n' || c == '\r'; };
  std::replace_if(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), is_line_end, ' ');
  return text += "\n\n";
}

std::string event_text(std::string_view topic, const wamp::Event& event) {
  return "id: " + std::to_string(event.publication.value) + "\n" + event_text_without_id(topic, event);
}

std::string event_text_without_id(std::string_view topic, const wamp::Event& event) {
  const serializers::JsonArguments arguments = serializers::json_arguments(event.payload);
  const std::string publication = std::to_string(event.publication.value);
  std::string json = "{\"topic\":" + serializers::json_string(topic) + ",\"publication\":" + publication;
  if (!arguments.args.empty()) json.append(",\"args\":").append(arguments.args);
  if (!arguments.kwargs.empty()) json.append(",\"kwargs\":").append(arguments.kwargs);
  wamp::Dict details;
  for (const wamp::DictEntry& entry : event.details) {
    if (entry.key == "topic") continue;
    if (entry.key == "_lost" || entry.key == "_replayed")
      json.append(",\"")
          .append(entry.key.substr(1))
          .append("\":")
          .append(entry.key == "_lost" && entry.value.get<int64_t>()
                      ? std::to_string(*entry.value.get<int64_t>())
                      : std::string("true"));
    else
      details.append(entry.key, entry.value);
  }
  if (!details.empty()) json.append(",\"details\":").append(json_object(std::move(details)));
  return sent_event("", json += "}");
}

}  // namespace router::http
