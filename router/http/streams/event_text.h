// An EVENT as a Server-Sent Event (HTML, "Server-sent events"). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "wamp/message.h"

namespace router::http {

// "id: 123\ndata: {"topic":...}\n\n". The payload is JSON that has been validated.
std::string event_text(std::string_view topic, const wamp::Event& event);
std::string event_text_without_id(std::string_view topic, const wamp::Event& event);

// With JSON that may have line ends between its values. `event`: its name; empty: none.
std::string sent_event(std::string_view event, std::string_view json);

}  // namespace router::http
