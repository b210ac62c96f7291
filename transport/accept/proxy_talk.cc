#include "transport/accept/proxy_talk.h"

#include <memory>
#include <variant>

#include "transport/accept/http_talk.h"
#include "transport/proxy/proxy_header.h"
#include "transport/socket/address.h"
#include "transport/stream/stream.h"

namespace transport {

void ProxyTalk::count_refused(const std::string& why) {
  stream_.peer().count_refused(why, stream_.state().counters.refused_proxy);
}

// Who says nothing only looks whether somebody listens, as load balancers do, so it is not asked who that is.
void ProxyTalk::read_header() {
  Peer& peer = stream_.peer();
  const Socket::Result peeked =
      stream_.socket().peek(std::span(stream_.state().read_buffer).first(max_proxy_header));
  if (peeked.outcome == Socket::Outcome::would_block) return;
  if (peeked.outcome != Socket::Outcome::done) {
    if (!header_.empty()) count_refused("it left in the middle of the proxy's header");
    return stream_.end();
  }
  const auto& trusted = stream_.served()->options.trusted_proxies;
  if (!trusted || !trusted->contains(peer.address())) {
    count_refused("it is not one of the trusted proxies");
    return stream_.end();
  }
  const size_t taken = header_.size();
  header_.append(stream_.state().read_buffer.data(), peeked.size);
  const auto read = read_proxy_header(header_);
  if (const auto* error = std::get_if<ProxyHeaderError>(&read)) {
    give_back(header_);
    count_refused(error->reason);
    return stream_.finish({}, Stream::Then::await_peer);
  }
  const auto* header = std::get_if<ProxyHeader>(&read);
  stream_.socket().skip((header ? header->size : header_.size()) - taken);
  if (!header) return;
  if (!header->client.empty() && !peer.come_from(header->client)) return stream_.end();
  stream_.hand_over_to(std::make_unique<HttpTalk>(stream_));
}

void ProxyTalk::sweep(Loop::Clock::time_point now) {
  if (!stream_.is_late(now)) return;
  if (!header_.empty()) stream_.peer().remark("ended: the proxy did not tell in time whose connection it is");
  stream_.set_reason({0, false, "", &Counters::closed_handshake_timeout});
  stream_.end();
}

Talk::Held ProxyTalk::held_input() const {
  return {allocated(header_), 0};
}

void ProxyTalk::give_back_input() {
  give_back(header_);
}

}  // namespace transport
