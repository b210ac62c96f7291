// What a TcpConnection is before it is open, and all that it is for plain HTTP: requests and their answers.
#include <algorithm>
#include <cctype>
#include <utility>

#include <asio/post.hpp>

#include "transport/forwarded.h"
#include "transport/proxy_header.h"
#include "transport/request_head.h"
#include "transport/tcp_connection.h"

namespace transport {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr char tls_magic = 0x16;

}  // namespace

// ---- before the first byte of the client

void TcpConnection::remark(const std::string& what) const {
  served_->service.remark(peer_address_, what);
}

void TcpConnection::count_refused(const std::string& peer, const std::string& why, Counter& counter) const {
  counter.add();
  served_->service.on_refused(peer, why);
}

// Nobody's connection yet, and never anybody's.
void TcpConnection::refuse(const std::string& why, Counter& counter) {
  count_refused(peer_address_, why, counter);
  const bool speaks_http = socket_.tls() && socket_.tls()->peer_speaks_http();
  socket_.drop_tls();
  if (speaks_http) return respond(text_response(400, "TLS is spoken here: it must be https:// or wss://"));
  stage_ = Stage::ending;
  on_all_written();
}

// False: there are too many from the client's address.
bool TcpConnection::come_from(const std::string& client) {
  if (client == peer_address_) return true;
  served_->service.remark(client, "has come via " + peer_address_);
  leave_address();
  peer_address_ = client;
  return count_address();
}

// No byte of what is behind it is taken: that may be TLS. Who says nothing only looks whether somebody
// listens, as load balancers do, so it is not asked who that is.
void TcpConnection::read_announcement() {
  const Socket::Result peeked = socket_.peek(std::span(state_.read_buffer).first(max_proxy_header));
  if (peeked.outcome == Socket::Outcome::would_block) return when_readable(&TcpConnection::read_announcement);
  if (peeked.outcome != Socket::Outcome::done) {
    if (!unread_.empty())
      count_refused(peer_address_, "it left in the middle of the proxy's header",
                    state_.counters.refused_proxy);
    return end();
  }
  const auto& trusted = served_->options.trusted_proxies;
  if (!trusted || !trusted->contains(peer_address_)) {
    count_refused(peer_address_, "it is not one of the trusted proxies", state_.counters.refused_proxy);
    return end();
  }
  const size_t taken = unread_.size();
  unread_.append(state_.read_buffer.data(), peeked.size);
  const auto read = read_proxy_header(unread_);
  if (const auto* error = std::get_if<ProxyHeaderError>(&read)) {
    give_back(unread_);
    refuse(error->reason, state_.counters.refused_proxy);
    return wait_for_input();
  }
  const auto* header = std::get_if<ProxyHeader>(&read);
  socket_.skip((header ? header->size : unread_.size()) - taken);
  if (!header) return when_readable(&TcpConnection::read_announcement);
  give_back(unread_);
  if (!header->client.empty() && !come_from(header->client)) return end();
  stage_ = Stage::opening;
  begin({});
}

// Who has said nothing has only looked whether somebody listens: that is no fault.
void TcpConnection::on_end_of_opening(const Socket::Result& result) {
  if (const TlsStream* const tls = socket_.tls(); tls && !tls->established()) {
    if (!tls->failure().empty()) return refuse(tls->failure(), state_.counters.refused_tls);
    const bool failed = result.outcome == Socket::Outcome::failed;
    if (tls->heard())
      count_refused(peer_address_,
                    "it left in the middle of the TLS handshake" +
                        (failed ? ": " + socket_.failure_text(result) : std::string()) +
                        "; perhaps it does not trust the certificate",
                    state_.counters.refused_tls);
  } else if (!unread_.empty()) {
    count_refused(peer_address_, "it left in the middle of its request", state_.counters.refused_http);
  }
}

void TcpConnection::on_late_opening() {
  set_reason({0, false, "", &Counters::closed_handshake_timeout});
  const TlsStream* const tls = socket_.tls();
  if (tls && !tls->established() && tls->heard()) remark("ended: the TLS handshake took too long");
  if (unread_.empty()) return end();
  remark("ended: its request took too long to come");
  if (unread_[0] == rawsocket_magic) return end();
  respond(text_response(408, "the request took too long to come"));
}

// ---- requests

void TcpConnection::receive_head(std::span<char> bytes) {
  const size_t searched = unread_.size();
  unread_.append(bytes.data(), bytes.size());
  if (posted_) return receive_body();
  if (unread_[0] == tls_magic) {
    count_refused(peer_address_, "it speaks TLS, which is not spoken here", state_.counters.refused_tls);
    return respond(text_response(400, "TLS is not spoken here"));
  }
  if (unread_[0] == rawsocket_magic) return receive_rawsocket_handshake();
  const size_t line_end = unread_.find('\n');
  const bool shows_more = searched == 0 || (line_end != unread_.npos && line_end >= searched);
  if (shows_more && !may_begin_request(unread_)) {
    constexpr size_t shown = 16;
    count_refused(peer_address_,
                  "neither HTTP nor RawSocket: it begins with \"" + unread_.substr(0, shown) + "\"",
                  state_.counters.refused_http);
    return respond(text_response(400, "not an HTTP request: that begins with \"METHOD PATH HTTP/1.1\""));
  }

  const size_t found = unread_.find(end_of_head, searched - std::min(searched, end_of_head.size() - 1));
  const size_t head_size = found == unread_.npos ? unread_.size() : found + end_of_head.size();
  const size_t limit = served_->options.limits.max_http_head;
  if (head_size > limit) {
    return refuse_request(
        text_response(431, "the request's head is longer than " + std::to_string(limit) + " bytes"));
  }
  if (found == unread_.npos) return;
  auto read = read_request(std::string_view(unread_).substr(0, head_size));
  if (auto* refusal = std::get_if<HttpResponse>(&read)) return refuse_request(*refusal);
  state_.counters.http_requests.add();
  auto& request = std::get<HttpRequest>(read);
  leave_half_open();
  if (request.method != "GET" && request.method != "HEAD") return begin_post(std::move(request), head_size);
  std::string all = std::exchange(unread_, {});
  on_request(request);
  receive_frames(std::span(all).subspan(head_size));
}

std::variant<HttpRequest, HttpResponse> TcpConnection::read_request(std::string_view head) const {
  auto read = read_request_head(head, peer_address_);
  auto* const request = std::get_if<HttpRequest>(&read);
  if (!request) return read;
  if (socket_.tls()) {
    request->secure = true;
    request->client_certificate = socket_.tls()->client_certificate();
  }
  if (const auto& trusted = served_->options.trusted_proxies)
    if (auto refusal = apply_forwarding(*request, *trusted)) return std::move(*refusal);
  return read;
}

void TcpConnection::receive_rawsocket_handshake() {
  if (unread_.size() < rawsocket_handshake_size) return;
  leave_half_open();
  std::string all = std::exchange(unread_, {});
  const RawSocketRequest request = read_rawsocket_request(all);
  auto answer = served_->service.on_rawsocket(loop_, request);
  if (const auto* refusal = std::get_if<RawSocketRefusal>(&answer)) return refuse_rawsocket(*refusal);
  const size_t announced = announced_rawsocket_length(served_->options.limits.max_message_size);
  max_frame_size_ = rawsocket_header_size + request.max_frame_size;
  codec_.emplace<RawSocketCodec>(announced);
  open(rawsocket_acceptance(request.serializer, announced), std::move(std::get<Service::Upgrade>(answer)));
  receive_frames(std::span(all).subspan(rawsocket_handshake_size));
}

void TcpConnection::refuse_rawsocket(const RawSocketRefusal& refusal) {
  count_refused(peer_address_, refusal.why, state_.counters.refused_upgrade);
  if (refusal.error == RawSocketError::not_served) return respond(text_response(400, refusal.why));
  end_with(rawsocket_refusal(refusal.error));
}

void TcpConnection::on_request(const HttpRequest& request) {
  if (!asks_for_websocket(request))
    return respond(served_->service.on_request(request), request.method == "HEAD");

  if (!come_from(request.peer_address))
    return respond(text_response(429, "there are too many connections from your address"));
  auto handshake = read_handshake(request);
  if (auto* refusal = std::get_if<HttpResponse>(&handshake))
    return refuse_request(peer_address_, *refusal, state_.counters.refused_upgrade);
  const auto& accepted = std::get<Handshake>(handshake);
  auto upgrade = served_->service.on_upgrade(loop_, request, accepted.offered);
  if (auto* refusal = std::get_if<HttpResponse>(&upgrade)) {
    state_.counters.refused_upgrade.add();
    return respond(*refusal);
  }
  auto& chosen = std::get<Service::Upgrade>(upgrade);
  const std::string response = switching_protocols(accepted, chosen.subprotocol, chosen.headers);
  open(response, std::move(chosen));
}

void TcpConnection::refuse_request(const HttpResponse& response) {
  refuse_request(peer_address_, response, state_.counters.refused_http);
}

void TcpConnection::refuse_request(const std::string& peer, const HttpResponse& response, Counter& counter) {
  count_refused(peer, reason_of(response), counter);
  respond(response);
}

void TcpConnection::respond(const HttpResponse& response, bool head_only) {
  end_with(response_bytes(response, head_only));
}

void TcpConnection::end_with(std::string_view last_words) {
  leave_half_open();
  stage_ = Stage::ending;
  give_back(unread_);
  deadline_ = deadline_in(served_->options.limits.handshake_timeout_ms);
  queue_bytes(last_words);
}

void TcpConnection::open(const std::string& response, Service::Upgrade upgrade) {
  stage_ = Stage::open;
  framing_ = upgrade.framing;
  if (framing_ == Framing::rawsocket)
    socket_.keep_alive(std::chrono::milliseconds(served_->options.limits.ping_interval_ms));
  else
    codec_.emplace<WebSocketCodec>(framing_, served_->options.limits.max_message_size);
  limit_messages();
  if (framing_.batched()) batch_ = std::make_unique<OutgoingBatch>();
  receiver_ = std::move(upgrade.receiver);
  limit_rate({});
  queue_bytes(response);
  receiver_->on_open(*this);
}

// ---- requests with a body

void TcpConnection::begin_post(HttpRequest request, size_t head_size) {
  Loop& its_loop = served_->service.loop_for(loop_, request);
  if (&its_loop != &loop_) return move_to(its_loop);
  const auto refuse = [&](const HttpResponse& response) {
    refuse_request(request.peer_address, response, state_.counters.refused_http);
  };
  const auto limit = served_->service.max_body_size(loop_, request);
  if (!limit) return refuse(method_not_allowed(request, "GET, HEAD"));
  if (request.method != "POST" && request.method != "OPTIONS")
    return refuse(method_not_allowed(request, "POST, OPTIONS"));
  const auto size = read_body_size(request);
  if (const auto* refusal = std::get_if<HttpResponse>(&size)) return refuse(*refusal);
  const size_t body_size = std::get<size_t>(size);
  if (body_size > *limit)
    return refuse(text_response(413, "a body of more than " + std::to_string(*limit) + " bytes"));
  const bool waits = request.version == "HTTP/1.1" && unread_.size() < head_size + body_size;
  if (waits && expects_continue(request)) queue_bytes(go_on);
  const bool keep_alive = keeps_alive(request);
  ++messages_;
  posted_ =
      std::make_unique<Posted>(Posted{std::move(request), head_size, body_size, keep_alive, {}, nullptr});
  receive_body();
}

void TcpConnection::receive_body() {
  const size_t whole = posted_->head_size + posted_->body_size;
  if (unread_.size() < whole) return;
  const std::span<const char> body(unread_.data() + posted_->head_size, posted_->body_size);
  stage_ = Stage::waiting;
  auto answered = served_->service.on_post(loop_, posted_->request, body, *this);
  const auto* later = std::get_if<Service::Later>(&answered);
  if (later)
    posted_->waiter = later->waiter;  // at once: who waits is told if there is no memory for the rest
  std::string(unread_, whole).swap(unread_);
  if (!later) return answer(std::move(std::get<HttpResponse>(answered)));
  receive_early({});
}

// What comes before the answer is out: the beginning of the next request.
void TcpConnection::receive_early(std::span<char> bytes) {
  unread_.append(bytes.data(), bytes.size());
  if (unread_.size() <= served_->options.limits.max_http_head) return;
  constexpr auto why = "too much before the answer to the request before";
  remark(std::string("ended: ") + why);
  drop(why, &Counters::closed_protocol);
}

void TcpConnection::add_header(std::string name, std::string value) {
  posted_->headers.emplace_back(std::move(name), std::move(value));
}

void TcpConnection::answer(HttpResponse response) {
  state_.do_for(*this, [&] { begin_answer(std::move(response)); });
}

void TcpConnection::begin_answer(HttpResponse response) {
  const auto posted = std::move(posted_);
  response.headers.insert(response.headers.end(), posted->headers.begin(), posted->headers.end());
  if (!posted->keep_alive) return respond(response);
  stage_ = Stage::answering;
  deadline_ = deadline_in(served_->options.limits.handshake_timeout_ms);
  queue_bytes(response_bytes(response, false, true));
}

void TcpConnection::begin_next_request() {
  stage_ = Stage::opening;
  deadline_ = deadline_in(served_->options.limits.handshake_timeout_ms);
  continue_reading();
}

// As if it had been accepted there, with the request not yet read.
void TcpConnection::move_to(Loop& loop) {
  leave_counts();
  socket_closed_ = true;
  auto [descriptor, tls] = socket_.release();
  loop.state().adopt(
      loop, {std::move(descriptor), std::move(tls), std::exchange(unread_, {}), peer_address_, false},
      served_);
  end();
}

}  // namespace transport
