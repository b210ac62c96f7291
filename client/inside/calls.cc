#include "client/inside/calls.h"

#include <algorithm>
#include <utility>

#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace client {
namespace {

Reply error_reply(const Error& error) {
  Reply reply;
  reply.kind = Reply::Kind::error;
  reply.error = error;
  return reply;
}

// Longer ones would be beyond the end of the clock's time.
constexpr std::chrono::milliseconds longest_timeout = std::chrono::hours(24 * 365);

std::string_view name_of(CancelMode mode) {
  switch (mode) {
    case CancelMode::skip:
      return "skip";
    case CancelMode::kill:
      return "kill";
    case CancelMode::killnowait:
      return "killnowait";
  }
  return "killnowait";
}

}  // namespace

wamp::RequestId Calls::call(std::string_view procedure, const Payload& payload, CallOptions options,
                            Session::OnReply on_reply) {
  const wamp::RequestId request = outlet_.next_request();
  options.timeout = std::min(options.timeout, longest_timeout);
  if (options.wants_progress) options.options.set("receive_progress", true);
  if (options.has_more) options.options.set("progress", true);
  if (options.timeout.count() > 0) options.options.set("timeout", int64_t{options.timeout.count()});
  auto told = std::make_shared<const Session::OnReply>(std::move(on_reply));
  if (auto error =
          outlet_.send_request(wamp::Call{request, std::move(options.options), procedure, {}}, payload)) {
    outlet_.later([told, error = std::move(*error)] {
      if (*told) (*told)(error_reply(error));
    });
    return {};
  }
  waiting_[request.value] = {std::move(told), options.has_more ? std::string(procedure) : std::string(),
                             add_deadline(options.timeout, request)};
  return request;
}

Calls::Deadlines::iterator Calls::add_deadline(std::chrono::milliseconds timeout, wamp::RequestId call) {
  if (timeout.count() <= 0) return deadlines_.end();
  const auto added = deadlines_.emplace(Clock::now() + timeout, call);
  if (added == deadlines_.begin()) outlet_.wake_by(added->first);
  return added;
}

void Calls::on_time() {
  const auto now = Clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) time_out(deadlines_.begin()->second);
  if (!deadlines_.empty()) outlet_.wake_by(deadlines_.begin()->first);
}

void Calls::send_more(wamp::RequestId call, const Payload& payload, bool is_last) {
  const auto found = waiting_.find(call.value);
  if (found == waiting_.end()) return;
  const std::string procedure = found->second.procedure;
  wamp::Dict options;
  if (!is_last) options.set("progress", true);
  const auto error = outlet_.send(wamp::Call{call, std::move(options), procedure, {}}, payload);
  if (!error) return;
  cancel(call, CancelMode::killnowait);
  outlet_.later([this, call, reply = error_reply(*error)] { end(call, reply); });
}

void Calls::cancel(wamp::RequestId call, CancelMode mode) {
  if (waiting_.contains(call.value)) outlet_.send(wamp::Cancel{call, {{"mode", name_of(mode)}}});
}

void Calls::time_out(wamp::RequestId call) {
  cancel(call, CancelMode::killnowait);
  end(call, error_reply({std::string(wamp::error_uri::timeout), {}, {}}));
}

void Calls::on_result(wamp::CallResult& result, Payload payload) {
  const auto found = waiting_.find(result.request.value);
  if (found == waiting_.end()) return;
  const bool is_progress = wamp::Attributes(result.details, "RESULT.Details").boolean("progress", false);
  Reply reply;
  reply.kind = is_progress ? Reply::Kind::progress : Reply::Kind::result;
  reply.details = std::move(result.details);
  reply.payload = std::move(payload);
  if (!is_progress) return end(result.request, reply);
  const auto told = found->second.on_reply;
  if (*told) (*told)(reply);
}

void Calls::on_error(wamp::RequestId call, const Error& error) {
  end(call, error_reply(error));
}

void Calls::end(wamp::RequestId call, const Reply& reply) {
  auto ended = waiting_.extract(call.value);
  if (ended.empty()) return;
  if (ended.mapped().deadline != deadlines_.end()) deadlines_.erase(ended.mapped().deadline);
  const auto told = std::move(ended.mapped().on_reply);
  if (*told) (*told)(reply);
}

void Calls::fail_all(const Error& error) {
  while (!waiting_.empty()) end(wamp::RequestId(waiting_.begin()->first), error_reply(error));
}

}  // namespace client
