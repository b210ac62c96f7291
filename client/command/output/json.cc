#include "client/command/output/json.h"

#include "serializers/json/json_writer.h"
#include "text/printable.h"

namespace client::command {
namespace {

constexpr size_t short_enough = 76;

void append_indented(const wamp::Value& value, size_t indent, std::string& out) {
  const auto* const list = value.get<wamp::List>();
  const auto* const dict = value.get<wamp::Dict>();
  const std::string line = serializers::json_text(value);
  if ((!list && !dict) || line.size() + indent <= short_enough) {
    out += line;
    return;
  }
  const std::string margin = "\n" + std::string(indent + 2, ' ');
  const char* separator = "";
  const auto begin_element = [&] {
    out.append(separator).append(margin);
    separator = ",";
  };
  out += list ? '[' : '{';
  if (list)
    for (const wamp::Value& element : *list) {
      begin_element();
      append_indented(element, indent + 2, out);
    }
  else
    for (const wamp::DictEntry& entry : *dict) {
      begin_element();
      out.append(serializers::json_text(entry.key)).append(": ");
      append_indented(entry.value, indent + 2, out);
    }
  out.append("\n").append(indent, ' ') += list ? ']' : '}';
}

// A string is itself.
std::string bare(const wamp::Value& value, Form form) {
  if (const auto* const text = value.get<std::string>())
    return form == Form::raw ? *text : text::printable(*text, true);
  if (const auto* const binary = value.get<wamp::Binary>(); binary && form == Form::raw) return binary->bytes;
  return form == Form::raw ? to_json(value) : to_readable_json(value);
}

}  // namespace

std::string to_json(const wamp::Value& value) {
  return text::printable(serializers::json_text(value));
}

std::string to_readable_json(const wamp::Value& value) {
  std::string text;
  append_indented(value, 0, text);
  return text::printable(text, true);
}

std::string json_members(const Payload& payload) {
  const Payload::Json json = payload.to_json();
  return text::printable("\"args\":" + json.args + ",\"kwargs\":" + json.kwargs);
}

std::string to_text(const Payload& payload, Form form) {
  if (form == Form::json) return "{" + json_members(payload) + "}";
  const wamp::List args = payload.args();
  if (form == Form::raw) return args.empty() ? "" : bare(args.front(), form);
  const wamp::Dict kwargs = payload.kwargs();
  if (args.size() == 1 && kwargs.empty()) return bare(args.front(), form);
  return to_readable_json(wamp::Dict{{"args", args}, {"kwargs", kwargs}});
}

std::string to_text(std::string_view uri, const Payload& payload) {
  const wamp::List args = payload.args();
  const std::string name = text::printable(uri);
  if (payload.count() == 0 || (args.empty() && payload.kwargs().empty())) return name;
  const bool is_message = args.size() == 1 && args.front().get<std::string>() && payload.kwargs().empty();
  return name + ": " +
         (is_message ? text::printable(*args.front().get<std::string>(), true)
                     : to_text(payload, Form::json));
}

}  // namespace client::command
