#include "router/session/held_requests.h"

#include <utility>

#include "router/access/authorizer_answer.h"
#include "router/member/request_check.h"
#include "router/memory/value_bytes.h"
#include "router/session/pause.h"
#include "router/session/requests.h"
#include "transport/memory/has_memory_for.h"

namespace router {
namespace {

constexpr std::string_view add_testament = "wamp.session.add_testament";

// What answers of the session to others, and its end, never wait.
bool passes_always(const wamp::Message& message) {
  return std::holds_alternative<wamp::Yield>(message) || std::holds_alternative<wamp::Error>(message) ||
         std::holds_alternative<wamp::Abort>(message);
}

wamp::Dict details_of(const std::string& realm, const Seat& member, const wamp::Dict& more) {
  const Identity& identity = *member.identity;
  wamp::Dict details{{"realm", realm},
                     {"authprovider", identity.authprovider},
                     {"authid", identity.authid},
                     {"authrole", identity.authrole},
                     {"authmethod", identity.authmethod},
                     {"session", member.ref.session.value}};
  for (const wamp::DictEntry& entry : more) details.append(entry.key, entry.value);
  return details;
}

AuthorizerAnswer answer_of(const Inquiry::Answer& answer, const config::DynamicAuthorizer& authorizer) {
  if (const auto* error = std::get_if<Inquiry::Error>(&answer))
    return {{{}, error->uri + (error->text.empty() ? "" : ": " + error->text)}, false};
  return read_answer(result_of(std::get<serializers::Arguments>(answer)), authorizer);
}

}  // namespace

// What is asked about one request.
struct HeldRequests::Subject {
  Action action;
  wamp::MatchPolicy match;
  std::string uri;
  wamp::Dict options;
};

struct HeldRequests::Question {
  Name name;
  std::shared_ptr<Verdicts> verdicts;
  Verdicts::Key key;
  wamp::Dict options;
  Verdicts::Opened opened;
  transport::Charge charge;
  std::unique_ptr<Inquiry> inquiry = {};  // while this session asks
  std::optional<Verdict> verdict = {};    // from the answer on
};

bool HeldRequests::Waiting::is_decided() const {
  for (const auto& question : questions)
    if (!question->verdict) return false;
  return true;
}

HeldRequests::HeldRequests(Worker& worker, const std::shared_ptr<Realm>& realm, Seat& member,
                           Resident& resident, transport::Connection& connection, const wamp::Dict& more)
    : worker_(worker),
      realm_(realm),
      member_(member),
      resident_(resident),
      connection_(connection),
      session_details_(details_of(realm->name(), member, more)),
      charge_(member.account, holding::session, allocated(session_details_)) {}

HeldRequests::~HeldRequests() {
  worker_.remove_from_turn_end(TurnEnd::ready, resident_);
  for (const auto& [name, question] : open_) let_go(*question);
  if (const auto& verdicts = realm_->verdicts(member_)) verdicts->forget(member_.ref.session);
  connection_.resume_reading(pause::requests);
}

std::vector<HeldRequests::Subject> HeldRequests::subjects_of(const wamp::Message& message,
                                                             serializers::Format format) const {
  std::vector<Subject> subjects;
  const auto add = [&](Action action, std::string_view uri, const wamp::Dict& options) {
    const bool has_match = action == Action::subscribe || action == Action::register_;
    const auto match = has_match ? requested_match(options, "") : wamp::MatchPolicy::exact;
    // Options that are wrong are found when it is the message's turn.
    if (match) subjects.push_back({action, *match, std::string(uri), options});
  };
  if (const auto* call = std::get_if<wamp::Call>(&message)) {
    add(Action::call, call->procedure, call->options);
    if (call->procedure != add_testament) return subjects;
    // Who leaves a testament publishes.
    const auto arguments = serializers::decode_arguments(format, call->payload, member_.value_limits());
    if (!arguments) return subjects;  // it is refused when it is its turn
    const auto* topic = arguments->args.empty() ? nullptr : arguments->args.front().get<std::string>();
    const auto* options = arguments->kwargs.find("publish_options");
    const auto* given = options ? options->get<wamp::Dict>() : nullptr;
    if (topic) add(Action::publish, *topic, given ? *given : wamp::Dict());
  } else if (const auto* publish = std::get_if<wamp::Publish>(&message)) {
    add(Action::publish, publish->topic, publish->options);
  } else if (const auto* subscribe = std::get_if<wamp::Subscribe>(&message)) {
    add(Action::subscribe, subscribe->topic, subscribe->options);
  } else if (const auto* registration = std::get_if<wamp::Register>(&message)) {
    add(Action::register_, registration->procedure, registration->options);
  }
  return subjects;
}

bool HeldRequests::hold(const wamp::Message& message, std::string_view bytes, serializers::Format format,
                        bool is_chunk) {
  if (passes_always(message)) return false;
  Waiting waiting;
  const auto verdicts = realm_->verdicts(member_);
  if (verdicts && !is_chunk)
    for (Subject& subject : subjects_of(message, format)) look_up(verdicts, std::move(subject), waiting);
  if (waiting_.empty() && waiting.questions.empty()) {
    member_.verdicts = std::move(waiting.known);
    return false;
  }
  waiting.request = {std::string(bytes), is_chunk};
  waiting.charge = member_.charge(holding::requests, allocated(waiting.request.bytes) + sizeof(Waiting));
  bytes_ += waiting.charge.bytes();
  waiting_.push_back(std::move(waiting));
  if (verdicts) {
    max_count_ = verdicts->authorizer().max_held_requests;
    max_bytes_ = verdicts->authorizer().max_held_bytes;
  }
  pause_if_full();
  return true;
}

void HeldRequests::look_up(const std::shared_ptr<Verdicts>& verdicts, Subject subject, Waiting& waiting) {
  if (!realm_->may_ask(member_, subject.action, subject.uri, subject.match)) return;
  Verdicts::Key key{verdicts->are_of_role() ? wamp::SessionId() : member_.ref.session, subject.action,
                    subject.match, std::move(subject.uri)};
  if (const auto grant = verdicts->find(key, realm_->now()))
    return waiting.known.add(key.action, {*grant, {}});
  Name question_name{verdicts.get(), {}};
  serializers::encode_arguments(serializers::Format::json,
                                {{wamp::Value(name(key.action)), key.uri, subject.options}, {}},
                                question_name.second);
  if (const auto open = open_.find(question_name); open != open_.end()) {
    waiting.questions.push_back(open->second);
    return;
  }
  const auto question = std::make_shared<Question>(
      Question{std::move(question_name), verdicts, std::move(key), std::move(subject.options), {}, {}});
  question->charge =
      member_.charge(holding::requests, allocated(sizeof(Question)) + allocated(question->name.second) +
                                            allocated(question->key.uri) + allocated(question->options));
  // Before others may wait for this session, so that it lets go of the question whatever comes next.
  open_.emplace(question->name, question);
  question->opened = verdicts->open(question->key, member_.ref, realm_->now());
  if (question->opened.answer) {
    waiting.known.add(question->key.action, {*question->opened.answer, {}});
    open_.erase(question->name);
    return;
  }
  waiting.questions.push_back(question);
  if (question->opened.asker != Verdicts::Asker::another) ask(question);
}

void HeldRequests::ask(const std::shared_ptr<Question>& question) {
  const config::DynamicAuthorizer& authorizer = question->verdicts->authorizer();
  const wamp::List arguments{session_details_, question->key.uri, wamp::Value(name(question->key.action)),
                             question->options};
  // The inquiry is the question's, so it must not hold it.
  question->inquiry = std::make_unique<Inquiry>(
      worker_, realm_, connection_, Inquiry::Question{authorizer.procedure, arguments, authorizer.timeout_ms},
      [this, weak = std::weak_ptr<Question>(question)](const Inquiry::Answer& answer) {
        if (const auto asked = weak.lock()) on_answer(*asked, answer);
      });
}

void HeldRequests::on_answer(Question& question, const Inquiry::Answer& answer) {
  auto [verdict, cache] = answer_of(answer, question.verdicts->authorizer());
  if (cache) question.verdicts->add(question.key, verdict.grant, question.opened.version, realm_->now());
  let_go(question);
  on_verdict(question, std::move(verdict));
}

void HeldRequests::on_verdict(Question& question, Verdict verdict) {
  question.inquiry.reset();
  question.verdict = std::move(verdict);
  open_.erase(question.name);
  worker_.add_to_turn_end(TurnEnd::ready, resident_);
}

void HeldRequests::let_go(Question& question) noexcept {
  if (std::exchange(question.opened.asker, Verdicts::Asker::alone) == Verdicts::Asker::alone) return;
  // Who is not told, as there is no memory for it, looks again by itself some time.
  for (const SessionRef& waiter : question.verdicts->leave(question.opened.name, member_.ref))
    transport::has_memory_for([&] { realm_->order(waiter, SessionOrder::Kind::look_again); });
}

void HeldRequests::look_again() {
  for (auto next = open_.begin(); next != open_.end();) {
    const std::shared_ptr<Question> question = (next++)->second;
    if (question->inquiry || question->verdicts->waits(question->opened)) continue;
    question->opened.asker = Verdicts::Asker::alone;
    if (const auto grant = question->verdicts->find(question->key, realm_->now()))
      on_verdict(*question, {*grant, {}});
    else
      ask(question);  // What was said to the other one is not for this one too.
  }
}

std::optional<HeldRequests::Request> HeldRequests::take() {
  if (waiting_.empty() || !waiting_.front().is_decided()) return std::nullopt;
  Waiting front = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= front.charge.bytes();
  for (const auto& question : front.questions)
    if (question->verdict) front.known.add(question->key.action, *question->verdict);
  member_.verdicts = std::move(front.known);
  resume_if_short();
  return std::move(front.request);
}

void HeldRequests::pause_if_full() {
  if (waiting_.size() >= max_count_ || bytes_ >= max_bytes_) connection_.pause_reading(pause::requests);
}

void HeldRequests::resume_if_short() {
  if (waiting_.size() <= max_count_ / 2 && bytes_ <= max_bytes_ / 2)
    connection_.resume_reading(pause::requests);
}

}  // namespace router
