#include "router/member/request_ids.h"

#include <string>

namespace router {

bool RequestIds::wants_more(const wamp::Call& call) {
  const wamp::Value* const progress = call.options.find("progress");
  const bool* const more = progress ? progress->get<bool>() : nullptr;
  return more && *more;
}

bool RequestIds::note(wamp::RequestId call, std::optional<bool> more) {
  const bool is_known = unfinished_.find(call.value) != nullptr;
  if (more == true && !is_known) {
    if (unfinished_.size() >= most_unfinished_) unfinished_.clear();
    unfinished_.insert(call.value, {});
  } else if (more == false && is_known) {
    unfinished_.erase(call.value);
  }
  return is_known;
}

wamp::Result<void> RequestIds::take_next(wamp::MessageType type, wamp::RequestId request) {
  const wamp::RequestId expected = wamp::next_id(last_);
  if (request != expected)
    return wamp::ProtocolError{std::string(wamp::name(type)) + ".Request: expected " +
                               std::to_string(expected.value) + ", the next id of the session, got " +
                               std::to_string(request.value)};
  last_ = request;
  return {};
}

}  // namespace router
