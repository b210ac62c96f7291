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
  served_->service.remark(peer_address_ + " " + what);
}

// Nobody's connection yet, and never anybody's.
void TcpConnection::refuse(const std::string& why, Counter& counter) {
  counter.add();
  remark("refused: " + why);
  const bool speaks_http = socket_.tls() && socket_.tls()->peer_speaks_http();
  socket_.drop_tls();
  if (speaks_http) return respond(text_response(400, "TLS is spoken here: it must be https:// or wss://"));
  stage_ = Stage::ending;
  on_all_written();
}

// False: there are too many from the client's address.
bool TcpConnection::come_from(const std::string& client) {
  if (client == peer_address_) return true;
  served_->service.remark(client + " has come via " + peer_address_);
  leave_address();
  peer_address_ = client;
  return count_address();
}

void TcpConnection::wait_for_announcement() {
  const auto& trusted = served_->options.trusted_proxies;
  if (!trusted || !trusted->contains(peer_address_)) {
    state_.counters.refused_proxy.add();
    remark("refused: it is not one of the trusted proxies");
    return end();
  }
  when_readable(&TcpConnection::read_announcement);
}

// No byte of what is behind it is taken: that may be TLS.
void TcpConnection::read_announcement() {
  const Socket::Result peeked = socket_.peek(std::span(state_.read_buffer).first(max_proxy_header));
  if (peeked.outcome == Socket::Outcome::would_block) return wait_for_announcement();
  if (peeked.outcome != Socket::Outcome::done) return end();
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
  if (!header) return wait_for_announcement();
  give_back(unread_);
  if (!header->client.empty() && !come_from(header->client)) return end();
  stage_ = Stage::opening;
  begin({});
}

// ---- requests

void TcpConnection::receive_head(std::span<char> bytes) {
  const size_t searched = unread_.size();
  unread_.append(bytes.data(), bytes.size());
  if (posted_) return receive_body();
  if (unread_[0] == tls_magic) {
    state_.counters.refused_tls.add();
    remark("refused: it speaks TLS, which is not spoken here");
    return respond(text_response(400, "TLS is not spoken here"));
  }
  if (unread_[0] == rawsocket_magic) return receive_rawsocket_handshake();
  if (!std::isalpha(static_cast<unsigned char>(unread_[0])))
    return refuse_request(text_response(400, "not an HTTP request"));

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
  if (request.method == "POST" || request.method == "OPTIONS")
    return begin_post(std::move(request), head_size);
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
  if (const auto* error = std::get_if<RawSocketError>(&answer)) {
    state_.counters.refused_upgrade.add();
    if (*error == RawSocketError::not_served)
      return respond(text_response(400, "RawSocket is not served here"));
    return end_with(rawsocket_refusal(*error));
  }
  const size_t announced = announced_rawsocket_length(served_->options.limits.max_message_size);
  max_frame_size_ = rawsocket_header_size + request.max_frame_size;
  codec_.emplace<RawSocketCodec>(announced);
  open(rawsocket_acceptance(request.serializer, announced), std::move(std::get<Service::Upgrade>(answer)));
  receive_frames(std::span(all).subspan(rawsocket_handshake_size));
}

void TcpConnection::on_request(const HttpRequest& request) {
  if (!asks_for_websocket(request))
    return respond(served_->service.on_request(request), request.method == "HEAD");

  auto handshake = read_handshake(request);
  if (auto* refusal = std::get_if<HttpResponse>(&handshake)) return refuse_upgrade(*refusal);
  const auto& accepted = std::get<Handshake>(handshake);
  if (!come_from(request.peer_address))
    return respond(text_response(429, "there are too many connections from your address"));
  auto upgrade = served_->service.on_upgrade(loop_, request, accepted.offered);
  if (auto* refusal = std::get_if<HttpResponse>(&upgrade)) return refuse_upgrade(*refusal);
  auto& chosen = std::get<Service::Upgrade>(upgrade);
  const std::string response = switching_protocols(accepted, chosen.subprotocol, chosen.headers);
  open(response, std::move(chosen));
}

void TcpConnection::refuse_request(const HttpResponse& response) {
  state_.counters.refused_http.add();
  respond(response);
}

void TcpConnection::refuse_upgrade(const HttpResponse& response) {
  state_.counters.refused_upgrade.add();
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
  if (is_batched(framing_)) batch_ = std::make_unique<OutgoingBatch>();
  receiver_ = std::move(upgrade.receiver);
  limit_rate({});
  queue_bytes(response);
  receiver_->on_open(*this);
}

// ---- requests with a body

void TcpConnection::begin_post(HttpRequest request, size_t head_size) {
  Loop& its_loop = served_->service.loop_for(loop_, request);
  if (&its_loop != &loop_) return move_to(its_loop);
  const auto limit = served_->service.max_body_size(loop_, request);
  if (!limit) return respond(method_not_allowed("GET, HEAD"));
  const auto size = read_body_size(request);
  if (const auto* refusal = std::get_if<HttpResponse>(&size)) return respond(*refusal);
  const size_t body_size = std::get<size_t>(size);
  if (body_size > *limit)
    return respond(text_response(413, "a body of more than " + std::to_string(*limit) + " bytes"));
  const bool keep_alive = keeps_alive(unread_, request);
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
  std::string(unread_, whole).swap(unread_);
  const auto* later = std::get_if<Service::Later>(&answered);
  if (!later) return answer(std::move(std::get<HttpResponse>(answered)));
  posted_->waiter = later->waiter;
  receive_early({});
}

// What comes before the answer is out: the beginning of the next request.
void TcpConnection::receive_early(std::span<char> bytes) {
  unread_.append(bytes.data(), bytes.size());
  if (unread_.size() > served_->options.limits.max_http_head)
    drop("too much before the answer to the request before", &Counters::closed_protocol);
}

void TcpConnection::add_header(std::string name, std::string value) {
  posted_->headers.emplace_back(std::move(name), std::move(value));
}

void TcpConnection::answer(HttpResponse response) {
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
