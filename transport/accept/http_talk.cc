#include "transport/accept/http_talk.h"

#include <algorithm>
#include <utility>

#include "transport/accept/adopt.h"
#include "transport/http/request_head.h"
#include "transport/proxy/forwarded.h"

namespace transport {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr char tls_magic = 0x16;

HttpResponse too_many_connections() {
  return text_response(429, "there are too many connections from your address");
}

// Copied once only, as a body may be long.
BufferRef buffer_of(const HttpResponse& response, bool head_only, bool keep_alive) {
  const std::string head = response_head(response, keep_alive);
  const std::string_view body = head_only ? std::string_view() : response.body;
  BufferRef bytes = Buffer::create(0, head.size() + body.size());
  bytes->append(head);
  bytes->append(body);
  return bytes;
}

}  // namespace

void HttpTalk::begin() {
  const auto& tls = stream_.served()->options.tls;
  if (tls && !stream_.socket().tls()) stream_.socket().start_tls(tls);
}

void HttpTalk::receive(std::span<char> bytes) {
  if (stage_ == Stage::reading) return receive_head(bytes);
  receive_early(bytes);
}

void HttpTalk::read_on() {
  std::string bytes = std::exchange(unread_, {});
  if (!bytes.empty()) receive(bytes);
}

// ---- the end, and what comes too late

// Who has said nothing has only looked whether somebody listens: that is no fault.
std::string_view HttpTalk::on_end_of_input(const Socket::Result& result) {
  if (stage_ != Stage::reading) return {};
  const Peer& peer = stream_.peer();
  if (const TlsStream* const tls = stream_.socket().tls(); tls && !tls->established()) {
    if (!tls->failure().empty()) {
      refuse_tls(tls->failure());
      return {};
    }
    const bool failed = result.outcome == Socket::Outcome::failed;
    if (tls->heard())
      peer.count_refused("it left in the middle of the TLS handshake" +
                             (failed ? ": " + stream_.socket().failure_text(result) : std::string()) +
                             "; perhaps it does not trust the certificate",
                         stream_.state().counters.refused_tls);
  } else if (!unread_.empty()) {
    peer.count_refused("it left in the middle of its request", stream_.state().counters.refused_http);
  }
  return {};
}

// Nobody's connection yet, and never anybody's.
void HttpTalk::refuse_tls(const std::string& why) {
  stream_.peer().count_refused(why, stream_.state().counters.refused_tls);
  const bool speaks_http = stream_.socket().tls()->peer_speaks_http();
  stream_.socket().drop_tls();
  if (speaks_http) return respond(text_response(400, "TLS is spoken here: it must be https:// or wss://"));
  stream_.finish({}, Stream::Then::await_peer);
}

void HttpTalk::on_end() {
  if (const auto posted = std::move(posted_); posted && posted->waiter) posted->waiter->on_gone(*this);
}

void HttpTalk::sweep(Loop::Clock::time_point now) {
  switch (stage_) {
    case Stage::reading:
      if (posted_) return check_body(now);
      if (stream_.is_late(now)) end_late_opening();
      return;
    case Stage::waiting:
      return;
    case Stage::answering:
      if (stream_.is_late(now)) stream_.end_late();
      return;
  }
}

void HttpTalk::end_late_opening() {
  stream_.set_reason({0, false, "", &Counters::closed_handshake_timeout});
  const TlsStream* const tls = stream_.socket().tls();
  if (tls && !tls->established() && tls->heard())
    stream_.peer().remark("ended: the TLS handshake took too long");
  if (unread_.empty()) return stream_.end();
  stream_.peer().remark("ended: its request took too long to come");
  if (unread_[0] == rawsocket_magic) return stream_.end();
  respond(text_response(408, "the request took too long to come"));
}

// Its head was there in time.
void HttpTalk::check_body(Loop::Clock::time_point now) {
  const ConnectionLimits& limits = stream_.limits();
  if (!pace_.too_slow(now, bodies_, unread_.size(), limits.min_message_rate, limits.message_window_ms))
    return;
  if (stream_.socket().readable()) return;  // this loop is late
  stream_.peer().remark("ended: the body of its request comes too slowly");
  respond(text_response(408, "the request's body comes too slowly"));
}

bool HttpTalk::says_goodbye(size_t) {
  if (stage_ != Stage::reading || !posted_) return false;
  stream_.peer().remark("ended: the router is short of memory");
  respond(text_response(503, "the server is short of memory"));
  return true;
}

void HttpTalk::respond(const HttpResponse& response, bool head_only) {
  end_with(buffer_of(response, head_only, false));
}

void HttpTalk::refuse(const std::string& peer, const HttpResponse& response) {
  stream_.state().counters.refused_http.add();
  service().on_refused(peer, reason_of(response));
  respond(response);
}

void HttpTalk::end_with(BufferRef last_words) {
  stream_.peer().leave_half_open();
  give_back(unread_);
  // It may take its time as long as the client takes some of it.
  stream_.set_deadline(stream_.limits().handshake_timeout_ms, true);
  stream_.finish(std::move(last_words), Stream::Then::await_peer);
}

// ---- requests

void HttpTalk::receive_head(std::span<char> bytes) {
  const Peer& peer = stream_.peer();
  Counters& counters = stream_.state().counters;
  const size_t searched = unread_.size();
  unread_.append(bytes.data(), bytes.size());
  if (posted_) return receive_body();
  if (unread_[0] == tls_magic) {
    peer.count_refused("it speaks TLS, which is not spoken here", counters.refused_tls);
    return respond(text_response(400, "TLS is not spoken here"));
  }
  if (unread_[0] == rawsocket_magic) return receive_rawsocket_handshake();
  const size_t line_end = unread_.find('\n');
  const bool shows_more = searched == 0 || (line_end != unread_.npos && line_end >= searched);
  if (shows_more && !may_begin_request(unread_)) {
    constexpr size_t shown = 16;
    peer.count_refused("neither HTTP nor RawSocket: it begins with \"" + unread_.substr(0, shown) + "\"",
                       counters.refused_http);
    return respond(text_response(400, "not an HTTP request: that begins with \"METHOD PATH HTTP/1.1\""));
  }

  const size_t found = unread_.find(end_of_head, searched - std::min(searched, end_of_head.size() - 1));
  const size_t head_size = found == unread_.npos ? unread_.size() : found + end_of_head.size();
  const size_t limit = stream_.limits().max_http_head;
  if (head_size > limit)
    return refuse(
        text_response(431, "the request's head is longer than " + std::to_string(limit) + " bytes"));
  if (found == unread_.npos) return;
  auto read = read_request(std::string_view(unread_).substr(0, head_size));
  if (auto* refusal = std::get_if<HttpResponse>(&read)) return refuse(*refusal);
  counters.http_requests.add();
  auto& request = std::get<HttpRequest>(read);
  stream_.peer().leave_half_open();
  const bool has_body = request.method != "GET" && request.method != "HEAD";
  if (has_body || (!asks_for_websocket(request) && service().is_exchange(request)))
    return begin_post(std::move(request), head_size);
  const std::string all = std::exchange(unread_, {});
  on_request(request, std::string_view(all).substr(head_size));
}

std::variant<HttpRequest, HttpResponse> HttpTalk::read_request(std::string_view head) const {
  auto read = read_request_head(head, stream_.peer().address());
  auto* const request = std::get_if<HttpRequest>(&read);
  if (!request) return read;
  if (TlsStream* const tls = stream_.socket().tls()) {
    request->secure = true;
    request->client_certificate = tls->client_certificate();
  }
  if (const auto& trusted = stream_.served()->options.trusted_proxies)
    if (auto refusal = apply_forwarding(*request, *trusted)) return std::move(*refusal);
  return read;
}

void HttpTalk::on_request(const HttpRequest& request, std::string_view rest) {
  if (!asks_for_websocket(request)) return respond(service().on_request(request), request.method == "HEAD");

  Peer& peer = stream_.peer();
  Counter& refused = stream_.state().counters.refused_upgrade;
  if (!peer.come_from(request.peer_address)) return respond(too_many_connections());
  auto handshake = read_handshake(request);
  if (auto* refusal = std::get_if<HttpResponse>(&handshake)) {
    peer.count_refused(reason_of(*refusal), refused);
    return respond(*refusal);
  }
  const auto& accepted = std::get<Handshake>(handshake);
  auto upgrade = service().on_upgrade(stream_.loop(), request, accepted.offered);
  if (auto* refusal = std::get_if<HttpResponse>(&upgrade)) {
    refused.add();
    return respond(*refusal);
  }
  auto& chosen = std::get<Service::Upgrade>(upgrade);
  const std::string response = switching_protocols(accepted, chosen.subprotocol, chosen.headers);
  const size_t longest = stream_.limits().max_message_size;
  open({Codec(WebSocketCodec(chosen.framing, longest)), longest}, response, std::move(chosen), rest);
}

void HttpTalk::receive_rawsocket_handshake() {
  if (unread_.size() < rawsocket_handshake_size) return;
  Peer& peer = stream_.peer();
  peer.leave_half_open();
  const std::string all = std::exchange(unread_, {});
  const RawSocketRequest request = read_rawsocket_request(all);
  auto answer = service().on_rawsocket(stream_.loop(), request);
  if (const auto* refusal = std::get_if<RawSocketRefusal>(&answer)) {
    peer.count_refused(refusal->why, stream_.state().counters.refused_upgrade);
    if (refusal->error == RawSocketError::not_served) return respond(text_response(400, refusal->why));
    return end_with(Buffer::of(rawsocket_refusal(refusal->error)));
  }
  const ConnectionLimits& limits = stream_.limits();
  const size_t announced = announced_rawsocket_length(limits.max_message_size);
  stream_.socket().keep_alive(std::chrono::milliseconds(limits.ping_interval_ms));
  open({Codec(RawSocketCodec(announced)), announced, rawsocket_header_size + request.max_frame_size, false},
       rawsocket_acceptance(request.serializer, announced), std::move(std::get<Service::Upgrade>(answer)),
       std::string_view(all).substr(rawsocket_handshake_size));
}

void HttpTalk::open(Agreed agreed, const std::string& response, Service::Upgrade upgrade,
                    std::string_view rest) {
  auto next =
      std::make_unique<MessageTalk>(stream_, std::move(agreed), std::move(upgrade), std::string(rest));
  if (!response.empty()) stream_.output().queue(response);
  stream_.hand_over_to(std::move(next));
}

// ---- requests with a body

void HttpTalk::begin_post(HttpRequest request, size_t head_size) {
  Loop& its_loop = service().loop_for(stream_.loop(), request);
  if (&its_loop != &stream_.loop()) return move_to(its_loop);
  const auto refuse_it = [&](const HttpResponse& response) { refuse(request.peer_address, response); };
  const auto size = read_body_size(request);
  const auto* const unread = std::get_if<HttpResponse>(&size);
  const size_t body_size = unread ? 0 : std::get<size_t>(size);
  if (request.method != "GET")
    if (const auto refusal = service().refuse_body(stream_.loop(), request, body_size))
      return refuse_it(*refusal);
  if (unread) return refuse_it(*unread);
  const bool waits = request.version == "HTTP/1.1" && unread_.size() < head_size + body_size;
  if (waits && expects_continue(request)) stream_.output().queue(go_on);
  const bool keep_alive = keeps_alive(request);
  ++bodies_;
  posted_ =
      std::make_unique<Posted>(Posted{std::move(request), head_size, body_size, keep_alive, {}, nullptr});
  receive_body();
}

void HttpTalk::receive_body() {
  const size_t whole = posted_->head_size + posted_->body_size;
  if (unread_.size() < whole) return;
  const std::span<const char> body(unread_.data() + posted_->head_size, posted_->body_size);
  stage_ = Stage::waiting;
  auto answered = service().on_post(stream_.loop(), posted_->request, body, *this);
  if (auto* const upgrade = std::get_if<Service::Upgrade>(&answered)) {
    if (!stream_.peer().come_from(posted_->request.peer_address)) return respond(too_many_connections());
    const std::string rest = unread_.substr(whole);
    Agreed agreed{Codec(ResponseCodec()), stream_.limits().max_message_size};
    agreed.may_be_pinged = false;
    return open(std::move(agreed), {}, std::move(*upgrade), rest);
  }
  const auto* later = std::get_if<Service::Later>(&answered);
  if (later)
    posted_->waiter = later->waiter;  // at once: who waits is told if there is no memory for the rest
  std::string(unread_, whole).swap(unread_);
  if (!later) return answer(std::move(std::get<HttpResponse>(answered)));
  receive_early({});
}

// What comes before the answer is out: the beginning of the next request.
void HttpTalk::receive_early(std::span<char> bytes) {
  unread_.append(bytes.data(), bytes.size());
  if (unread_.size() <= stream_.limits().max_http_head) return;
  constexpr auto why = "too much before the answer to the request before";
  stream_.peer().remark(std::string("ended: ") + why);
  stream_.drop(why, &Counters::closed_protocol);
}

void HttpTalk::add_header(std::string name, std::string value) {
  posted_->headers.emplace_back(std::move(name), std::move(value));
}

void HttpTalk::answer(HttpResponse response) {
  stream_.state().do_for(stream_, [&] { begin_answer(std::move(response)); });
}

void HttpTalk::begin_answer(HttpResponse response) {
  const auto posted = std::move(posted_);
  response.headers.insert(response.headers.end(), posted->headers.begin(), posted->headers.end());
  if (!posted->keep_alive) return respond(response);
  stage_ = Stage::answering;
  stream_.set_deadline(stream_.limits().handshake_timeout_ms, true);
  stream_.output().queue(buffer_of(response, false, true));
}

void HttpTalk::on_all_written() {
  if (stage_ != Stage::answering) return;
  stage_ = Stage::reading;
  stream_.set_deadline(stream_.limits().handshake_timeout_ms);
  stream_.input().go_on();
}

// As if it had been accepted there, with the request not yet read.
void HttpTalk::move_to(Loop& loop) {
  auto [descriptor, tls] = stream_.release();
  adopt(loop,
        {std::move(descriptor), std::move(tls), std::exchange(unread_, {}), stream_.peer().address(), false},
        stream_.served());
  stream_.end();
}

}  // namespace transport
