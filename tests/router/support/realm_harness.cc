#include "tests/router/support/realm_harness.h"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "router/member/event_filter.h"
#include "wamp/error_uris.h"
#include "wamp/features.h"

namespace router {
namespace {

constexpr auto json = serializers::Format::json;

wamp::Dict announced(const std::vector<std::string>& features) {
  wamp::Dict dict;
  for (const std::string& feature : features) dict.append(feature, true);
  return wamp::Dict{{"features", dict}};
}

wamp::ClientFeatures all_roles(const std::vector<std::string>& callee_features) {
  std::vector<std::string> caller = {"progressive_call_results", "progressive_call_invocations"};
  std::vector<std::string> others = {"subscription_revocation"};
  if (std::find(callee_features.begin(), callee_features.end(), "payload_passthru_mode") !=
      callee_features.end())
    for (auto* features : {&caller, &others}) features->emplace_back("payload_passthru_mode");
  const wamp::Dict roles{{"callee", announced(callee_features)},
                         {"caller", announced(caller)},
                         {"publisher", announced(others)},
                         {"subscriber", announced(others)}};
  return *wamp::client_features(wamp::Dict{{"roles", roles}});
}

std::string text_of(const wamp::Message& message, const RoutedPayload& payload) {
  std::string out;
  const auto tail = serializers::encode_envelope(json, message, payload.count, out);
  if (payload.format == json)
    out += payload.bytes();
  else if (payload.count > 0)
    serializers::transcode(payload.format, json, {payload.bytes(), payload.count}, out);
  return out.append(tail);
}

}  // namespace

RealmHarness::RealmHarness(config::Realm config, std::chrono::milliseconds late,
                           std::shared_ptr<const broker::KeptBytes> kept) {
  clock_.advance(late);
  std::vector<Mailbox*> addresses;
  for (size_t i = 0; i < workers; ++i) {
    mailboxes_.push_back(std::make_unique<Mailbox>([] {}));
    addresses.push_back(mailboxes_.back().get());
  }
  outbox_.emplace(addresses);
  realm_ = std::make_shared<Realm>(config, addresses, 1, clock_, std::move(kept));
}

config::Realm RealmHarness::open_realm() {
  config::Permission everything;
  everything.match = wamp::MatchPolicy::prefix;
  everything.call = everything.register_ = everything.publish = everything.subscribe = true;
  config::Realm realm;
  realm.name = "realm1";
  config::Permission of_the_router = everything;
  of_the_router.uri = "wampd.";
  realm.roles = {{"anonymous", {everything, of_the_router}}};
  return realm;
}

Peer& RealmHarness::join(std::vector<std::string> callee_features, const std::string& authrole,
                         uint32_t worker, size_t room) {
  Peer& peer = peers_.emplace_back();
  const auto number = static_cast<uint32_t>(peers_.size());
  peer.realm_ = this;
  peer.slot_ = number - 1;
  peer.id_ = 1000 + number;
  const SessionRef ref{worker, peer.slot_, wamp::SessionId(peer.id_)};
  peer.member_ = std::get<Realm::Joined>(
                     realm_->join(ref, {"user" + std::to_string(number), authrole, "anonymous", "static"},
                                  all_roles(callee_features), nullptr, room))
                     .release();
  return peer;
}

void RealmHarness::number_publication(wamp::PublicationId& id) {
  const auto [at, fresh] = publications_.try_emplace(id, publications_.size() + 1);
  id = wamp::PublicationId(at->second);
}

std::string RealmHarness::real_publication(uint64_t number) {
  deliver_all();
  for (const auto& [id, heard_as] : publications_)
    if (heard_as == number) return std::to_string(id.value);
  throw std::out_of_range("nobody has heard a publication " + std::to_string(number));
}

void RealmHarness::deliver(uint32_t slot, wamp::Message& message, const RoutedPayload& payload) {
  if (auto* event = std::get_if<wamp::Event>(&message)) number_publication(event->publication);
  if (auto* published = std::get_if<wamp::Published>(&message)) number_publication(published->publication);
  peers_[slot].inbox_.push_back(text_of(message, payload));
}

void RealmHarness::run_due() {
  realm_->run_due();
  for (uint32_t worker = 0; worker < mailboxes_.size(); ++worker) realm_->run_due_calls(worker);
}

void RealmHarness::take(uint32_t, Delivery& delivery) {
  Peer& peer = peers_[delivery.to.slot];
  if (peer.member_) peer.member_->waiting.on_answer(delivery.message);
  deliver(delivery.to.slot, delivery.message, delivery.payload);
  // As its session would.
  if (std::holds_alternative<wamp::Goodbye>(delivery.message) && peer.member_)
    realm_->leave(*std::exchange(peer.member_, nullptr));
}

void RealmHarness::take(uint32_t, KeptEvents& kept) {
  while (auto made = kept.next()) deliver(kept.to.slot, made->message, made->payload);
}

void RealmHarness::take(uint32_t, SessionOrder& order) {
  Peer& peer = peers_[order.to.slot];
  if (peer.member_) peer.obey(order);
}

void RealmHarness::take(uint32_t worker, JoinAudience& change) {
  audiences_[worker].join(std::move(change));
}

void RealmHarness::take(uint32_t worker, LeaveAudience& change) {
  audiences_[worker].leave(change);
}

void RealmHarness::take(uint32_t worker, Together& together) {
  for (auto& mail : together.mail) take_any(worker, mail);
}

void RealmHarness::take(uint32_t, Fence& fence) {
  outbox_->pass(fence);
}

void RealmHarness::take(uint32_t worker, Invoke& invoke) {
  Peer& peer = peers_[invoke.to.slot];
  if (!peer.member_)
    return outbox_->refuse(invoke.call, {wamp::error_uri::canceled, "the callee left before it answered"});
  const size_t bytes = invoke.facts.is_chunk ? 0 : room_taken(invoke.payload);
  take_of_a_call(worker, invoke);
  if (peer.member_) peer.holds_more(bytes);
}

void RealmHarness::take(uint32_t worker, Refused& refused) {
  std::variant<Delivery, Answer> error = error_of(refused);
  take_any(worker, error);
}

template <class CallMail>
void RealmHarness::take_of_a_call(uint32_t worker, CallMail& mail) {
  Seat* const member = peers_[mail.to.slot].member_;
  if (!member) return;
  realm_->take(*member, std::move(mail), [&](auto& message, RoutedPayload&& payload, bool is_of_stream) {
    Peer& peer = peers_[mail.to.slot];
    Delivery delivery(mail.to, message, std::move(payload));
    take(worker, delivery);
    if (is_of_stream && !peer.reads_ && peer.member_)
      realm_->on_untaken(*peer.member_, message.type, message.request, peer.too_much_);
  });
}

void RealmHarness::take(uint32_t worker, EventDelivery& event) {
  ++events_sent_[worker];
  size_t count = 0;
  audiences_[worker].for_each(event.audiences, [&](const Subscriber& to) {
    if (!peers_[to.slot].member_) return;
    const Peer& peer = peers_[to.slot];
    if (to.session == event.excluded) return;
    if (event.filter && !event.filter->admits(to.session, *peer.member_->identity, peer.extra_.get())) return;
    wamp::Message copy = event.event;
    deliver(to.slot, copy, event.payload);
    ++count;
  });
  if (auto* const numbers = event.counted.numbers()) numbers->events += count;
}

template <class Mail>
void RealmHarness::take_any(uint32_t worker, Mail& mail) {
  std::visit([&](auto& one) { take(worker, one); }, mail);
}

// What is delivered may make new mail.
void RealmHarness::deliver_all() {
  MailList mail;
  for (size_t empty = 0, next = 0; empty < mailboxes_.size(); next = (next + 1) % mailboxes_.size()) {
    Mailbox::send_out();  // this thread may be an owner's
    mailboxes_[next]->drain(mail);
    empty = mail.empty() ? empty + 1 : 0;
    mail.for_each([&](Mail& entry) { take_any(static_cast<uint32_t>(next), entry); });
  }
}

void Peer::deliver() {
  realm_->deliver_all();
}

void Peer::obey(const SessionOrder& order) {
  switch (order.kind) {
    case SessionOrder::Kind::probe:
      ++probes_;
      if (!frozen_) realm_->realm().on_alive(*member_);
      break;
    case SessionOrder::Kind::pause:
      EXPECT_FALSE(std::exchange(paused_, true));
      break;
    case SessionOrder::Kind::resume:
      EXPECT_TRUE(std::exchange(paused_, false));
      break;
    case SessionOrder::Kind::know_details:
      extra_ = order.extra;
      break;
    default:
      break;
  }
}

void Peer::catches_up() {
  reads_ = true;
  realm_->realm().on_taken(*member_);
}

void Peer::unclogs() {
  member_->callee->room.on_arrival(0, held_);
  member_->callee->clogged = false;
  takes_calls_again();
}

void Peer::holds_more(size_t bytes) {
  if (member_->callee->room.on_arrival(bytes, held_)) takes_calls_again();
}

void Peer::takes_calls_again() {
  if (member_->callee->is_wanted_again()) realm_->realm().on_takes_calls(*member_->callee);
}

void Peer::says(const std::string& text) {
  const auto message = serializers::decode(json, text, realm_->scratch_);
  ASSERT_TRUE(message) << text << ": " << message.error().message;
  violation_.reset();
  // It answers what it has got.
  if (std::holds_alternative<wamp::Yield>(*message) || std::holds_alternative<wamp::Error>(*message))
    deliver();
  if (!member_) return;
  const auto result = std::visit(
      [this](const auto& m) -> wamp::Result<void> {
        Realm& realm = realm_->realm();
        if constexpr (requires { realm.handle(*member_, m, RoutedPayload()); })
          return realm.handle(*member_, m, copy_payload(json, m.payload));
        else if constexpr (requires { realm.handle(*member_, m); })
          return realm.handle(*member_, m);
        else
          return wamp::ProtocolError{"not a message for a realm"};
      },
      *message);
  if (!result) violation_ = result.error().message;
}

void Peer::says_continuation(const std::string& text) {
  const auto message = serializers::decode(json, text, realm_->scratch_);
  ASSERT_TRUE(message) << text << ": " << message.error().message;
  const auto& call = std::get<wamp::Call>(*message);
  deliver();
  const auto result = realm_->realm().continue_call(*member_, call, copy_payload(json, call.payload));
  violation_ = result ? std::nullopt : std::optional(result.error().message);
}

std::string Peer::hears() {
  realm_->deliver_all();
  std::string all;
  for (const std::string& line : inbox_) all += (all.empty() ? "" : "\n") + line;
  inbox_.clear();
  return all;
}

void Peer::leaves() {
  realm_->deliver_all();
  if (member_) realm_->realm().leave(*std::exchange(member_, nullptr));
}

}  // namespace router
