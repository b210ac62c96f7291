#include "transport/connect/opening_talk.h"

#include <chrono>

#include "transport/rawsocket/rawsocket_answer.h"

namespace transport {
namespace {

constexpr std::string_view end_of_answer = "\r\n\r\n";

}  // namespace

// Nothing may be written before TLS is established.
void OpeningTalk::ask_if_ready() {
  const TlsStream* const tls = stream_.socket().tls();
  if (has_asked_ || !stream_.talking() || (tls && !tls->established())) return;
  has_asked_ = true;
  if (const auto* const request = std::get_if<UpgradeRequest>(&opening_))
    return stream_.output().queue(upgrade_bytes(*request));
  const size_t longest = announced_rawsocket_length(stream_.limits().max_message_size);
  stream_.output().queue(rawsocket_request(std::get<RawSocketOffer>(opening_).serializer, longest));
}

void OpeningTalk::receive(std::span<char> bytes) {
  if (!stream_.talking()) return;
  unread_.append(bytes.data(), bytes.size());
  if (const auto* const request = std::get_if<UpgradeRequest>(&opening_))
    receive_upgrade(*request);
  else
    receive_rawsocket(std::get<RawSocketOffer>(opening_));
}

void OpeningTalk::receive_upgrade(const UpgradeRequest& request) {
  const size_t limit = stream_.limits().max_http_head;
  const size_t found = unread_.find(end_of_answer);
  if (std::min(found, unread_.size()) > limit)
    return refuse("an HTTP answer whose head is longer than " + std::to_string(limit) + " bytes");
  if (found == unread_.npos) return;
  const std::string all = std::move(unread_);
  unread_.clear();
  const std::string_view head = std::string_view(all).substr(0, found + end_of_answer.size());
  const std::string_view rest = std::string_view(all).substr(head.size());
  const auto answer = read_upgrade_answer(request, head, rest);
  if (const auto* const refusal = std::get_if<UpgradeRefusal>(&answer))
    return refuse(refusal->text, refusal->for_now);
  Service::Upgrade upgrade = waiter_->on_agreed(&std::get<UpgradeAnswer>(answer));
  const size_t longest = stream_.limits().max_message_size;
  WebSocketCodec codec(upgrade.framing, longest, Role::client);
  open({Codec(std::move(codec)), longest}, std::move(upgrade), rest);
}

void OpeningTalk::receive_rawsocket(const RawSocketOffer& offer) {
  const auto answer = read_rawsocket_answer(unread_, offer.serializer);
  if (!answer) return;
  if (!answer->refusal.empty()) return refuse(answer->refusal, answer->for_now);
  const std::string all = std::move(unread_);
  unread_.clear();
  const size_t announced = announced_rawsocket_length(stream_.limits().max_message_size);
  const int silence_ms = stream_.limits().ping_interval_ms;
  if (silence_ms > 0) stream_.socket().keep_alive(std::chrono::milliseconds(silence_ms));
  open({Codec(RawSocketCodec(announced)), announced, rawsocket_header_size + answer->max_frame_size, false},
       waiter_->on_agreed(nullptr), std::string_view(all).substr(rawsocket_handshake_size));
}

void OpeningTalk::open(Agreed agreed, Service::Upgrade upgrade, std::string_view rest) {
  stream_.hand_over_to(
      std::make_unique<MessageTalk>(stream_, std::move(agreed), std::move(upgrade), std::string(rest)));
}

void OpeningTalk::refuse(std::string why, bool for_now) {
  using Kind = ConnectFailure::Kind;
  refusal_ = {for_now ? Kind::refused_now : Kind::refused, std::move(why)};
  stream_.drop(refusal_->text, &Counters::closed_protocol);
}

void OpeningTalk::tell_end() {
  if (stream_.closed()) waiter_->on_not_opened(failure());
}

ConnectFailure OpeningTalk::failure() const {
  using Kind = ConnectFailure::Kind;
  if (refusal_) return *refusal_;
  const CloseReason* const reason = stream_.reason();
  std::string why = reason ? reason->text : "";
  TlsStream* const tls = stream_.socket().tls();
  if (tls && !tls->failure().empty()) return {Kind::tls, tls->failure()};
  if (why.empty()) why = "the server ended the connection";
  const bool in_tls = tls && !tls->established();
  return {Kind::unreachable, why + (in_tls ? " in the TLS handshake" : " before it answered")};
}

}  // namespace transport
